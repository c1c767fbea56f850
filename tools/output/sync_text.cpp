#include "tools/output/sync_text.hpp"

#include "tools/output/image_text.hpp"
#include "tools/output/table.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/output/words.hpp"

#include <fmt/format.h>

namespace dim::tool {

namespace {

std::string state_of(const api::SyncOutcome& outcome, bool is_dry_run) {
    return is_dry_run && outcome.state == "synced" ? "would be synced" : outcome.state;
}

/// "3 created, 1 changed, 2 conflicts"
std::string amounts_of(const api::SyncOutcome& outcome) {
    std::string text;
    const auto add = [&](std::uint64_t count, const std::string& what) {
        if (count == 0) return;
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what;
    };
    add(outcome.created, "created");
    add(outcome.changed, "changed");
    add(outcome.removed, "removed");
    add(outcome.merged.size(), "merged");
    add(outcome.conflict_count, outcome.conflict_count == 1 ? "conflict" : "conflicts");
    add(outcome.kept_out_count, "kept out");
    return text;
}

std::string kept_lines(const std::vector<api::KeptPath>& kept, std::uint64_t count) {
    std::string text;
    for (const api::KeptPath& path : kept)
        text += fmt::format("  {}: {}\n", terminal_text(path.path), terminal_text(path.reason));
    if (count > kept.size()) text += fmt::format("  and {} more\n", count - kept.size());
    return text;
}

/// What there is to say of some blades besides their line.
std::string details_of(const api::SyncOutcome& outcome, const std::string& blades) {
    std::string text;
    const auto chapter = [&](const std::string& title, const std::string& lines) {
        if (!lines.empty()) text += fmt::format("\n{}, {}:\n{}", blades, title, lines);
    };
    const std::uint64_t changes = outcome.created + outcome.changed + outcome.removed;
    if (!outcome.differences.empty())
        chapter("would change", prefix_lines(differences_text(outcome.differences, changes), "  "));
    chapter("stays, for both sides changed it",
            kept_lines(outcome.conflicts, outcome.conflict_count));
    chapter("stays, by a rule", kept_lines(outcome.kept_out, outcome.kept_out_count));
    return text;
}

}  // namespace

std::string sync_text(const api::SyncReport& report, const FoldNames& fold) {
    Table table({"BLADES", "STATE", "FROM", "TO", "PATHS"});
    std::string details;
    for (const api::SyncOutcome& outcome : report.outcomes) {
        const std::string blades = fold(outcome.blades);
        const bool stays = outcome.state == "pinned" || outcome.state == "failed";
        table.add_row({blades, state_of(outcome, report.is_dry_run),
                       outcome.from ? to_string(*outcome.from) : "",
                       stays ? "" : to_string(report.generation), amounts_of(outcome)});
        details += details_of(outcome, blades);
    }
    if (table.is_empty()) return "No blade has an image of " + to_string(report.image) + ".\n";
    return table.text() + details;
}

}  // namespace dim::tool
