#include "tools/output/sync_log_text.hpp"

#include "tools/output/sync_text.hpp"
#include "tools/output/table.hpp"
#include "tools/output/terminal_text.hpp"

#include <fmt/format.h>
#include <vector>

namespace dim::tool {

namespace {

/// "2026-11-20T13:40:00"
std::string second_text(model::Timestamp time) { return to_string(time).substr(0, 19); }

std::string generations_text(const std::vector<model::Generation>& generations) {
    std::string text;
    for (const model::Generation generation : generations)
        text += (text.empty() ? "" : ",") + to_string(generation);
    return text;
}

/// What takes a sync back brings blades to several generations, perhaps.
std::string target_text(const api::LoggedSync& sync) {
    return sync.generation && !sync.undoes ? to_string(*sync.generation) : "";
}

/// "3 of 5", "5"; a sync that did not end: "?".
std::string moved_text(const api::LoggedSync& sync) {
    if (!sync.ended) return "?";
    if (sync.moved == sync.blades) return std::to_string(sync.blades);
    return fmt::format("{} of {}", sync.moved, sync.blades);
}

std::string count_cell(std::uint64_t count) { return count == 0 ? "" : std::to_string(count); }

std::string notes_of(const api::LoggedSync& sync) {
    std::string notes = terminal_text(sync.options);
    const auto add = [&](const std::string& note) { notes += (notes.empty() ? "" : ", ") + note; };
    if (!sync.ended) add("did not end");
    if (sync.undone_by) add("taken back by sync " + std::to_string(*sync.undone_by));
    if (sync.is_of_removed.value_or(false)) add("of an image that was removed since");
    return notes;
}

}  // namespace

std::string sync_log_text(const api::SyncLog& log) {
    Table table({"SYNC", "BEGAN", "IMAGE", "FROM", "TO", "BLADES", "PATHS", "CONFLICTS", "KEPT OUT",
                 "FAILED", "BY", "OPTIONS"});
    for (const api::LoggedSync& sync : log.syncs)
        table.add_row({std::to_string(sync.number), second_text(sync.began), to_string(sync.image),
                       generations_text(sync.from), target_text(sync), moved_text(sync),
                       count_cell(sync.changed_paths), count_cell(sync.conflicts),
                       count_cell(sync.kept_out), count_cell(sync.failed), terminal_text(sync.by),
                       notes_of(sync)});
    return table.is_empty() ? "No sync was run.\n" : table.text();
}

std::string blade_sync_log_text(const api::SyncLog& log) {
    Table table({"SYNC", "BEGAN", "IMAGE", "FROM", "TO", "STATE", "PATHS", "BY", "OPTIONS"});
    std::string details;
    for (const api::LoggedSync& sync : log.syncs) {
        if (!sync.outcome) continue;
        const api::SyncOutcome& outcome = *sync.outcome;
        table.add_row({std::to_string(sync.number), second_text(sync.began), to_string(sync.image),
                       outcome.from ? to_string(*outcome.from) : "",
                       outcome.to ? to_string(*outcome.to) : target_text(sync), outcome.state,
                       amounts_text(outcome), terminal_text(sync.by), notes_of(sync)});
        details += outcome_details(outcome, fmt::format("sync {}", sync.number));
        if (outcome.problem)
            details += fmt::format("\nsync {}, problem:\n  {}\n", sync.number,
                                   terminal_text(outcome.problem->detail));
    }
    return table.is_empty() ? "No sync touched it.\n" : table.text() + details;
}

}  // namespace dim::tool
