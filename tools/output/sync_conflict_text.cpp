#include "tools/output/sync_conflict_text.hpp"

#include "tools/output/terminal_text.hpp"

#include <fmt/format.h>

namespace dim::tool {

std::string sync_conflict_text(const api::SyncConflictList& list) {
    if (list.conflicts.empty()) return "There are no open conflicts.\n";
    std::string text;
    for (const api::SyncConflict& conflict : list.conflicts) {
        text += fmt::format("{} {} {}: {}\n", to_string(conflict.blade), to_string(conflict.image),
                            terminal_text(conflict.path), terminal_text(conflict.reason));
        if (!conflict.sides) continue;
        const std::string older = "generation " + to_string(conflict.older);
        const std::string newer = "generation " + to_string(conflict.newer);
        const std::size_t width = std::max(older.size(), newer.size());
        const auto line = [&](const std::string& who, const std::string& what) {
            text += fmt::format("  {:<{}}  {}\n", who, width, terminal_text(what));
        };
        line(older, conflict.sides->older);
        line(newer, conflict.sides->newer);
        line("the blade", conflict.sides->blade);
    }
    if (list.total > list.conflicts.size())
        text += fmt::format("and {} more\n", list.total - list.conflicts.size());
    return text;
}

}  // namespace dim::tool
