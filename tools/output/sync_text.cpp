#include "tools/output/sync_text.hpp"

#include "tools/output/image_text.hpp"
#include "tools/output/table.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/output/words.hpp"

#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace dim::tool {

namespace {

std::string state_of(const api::SyncOutcome& outcome, bool is_dry_run) {
    return is_dry_run && outcome.state == "synced" ? "would be synced" : outcome.state;
}

}  // namespace

std::string amounts_text(const api::SyncOutcome& outcome) {
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

namespace {

std::string kept_lines(const std::vector<api::KeptPath>& kept, std::uint64_t count) {
    std::string text;
    for (const api::KeptPath& path : kept)
        text += fmt::format("  {}: {}\n", terminal_text(path.path), terminal_text(path.reason));
    if (count > kept.size()) text += fmt::format("  and {} more\n", count - kept.size());
    return text;
}

}  // namespace

std::string outcome_details(const api::SyncOutcome& outcome, const std::string& what) {
    std::string text;
    const auto chapter = [&](const std::string& title, const std::string& lines) {
        if (!lines.empty()) text += fmt::format("\n{}, {}:\n{}", what, title, lines);
    };
    const std::uint64_t changes = outcome.created + outcome.changed + outcome.removed;
    if (!outcome.differences.empty())
        chapter("would change", prefix_lines(differences_text(outcome.differences, changes), "  "));
    if (outcome.state == "left") text += fmt::format("\n{}: something else moved it since\n", what);
    chapter("stays, for both sides changed it",
            kept_lines(outcome.conflicts, outcome.conflict_count));
    chapter("stays, by a rule", kept_lines(outcome.kept_out, outcome.kept_out_count));
    return text;
}

std::string sync_text(const api::SyncReport& report, const FoldNames& fold) {
    Table table({"BLADES", "STATE", "FROM", "TO", "PATHS"});
    std::string details;
    for (const api::SyncOutcome& outcome : report.outcomes) {
        const std::string blades = fold(outcome.blades);
        const bool stays =
            outcome.state == "pinned" || outcome.state == "failed" || outcome.state == "left";
        table.add_row({blades, state_of(outcome, report.is_dry_run),
                       outcome.from ? to_string(*outcome.from) : "",
                       stays ? "" : to_string(outcome.to.value_or(report.generation)),
                       amounts_text(outcome)});
        details += outcome_details(outcome, blades);
    }
    if (table.is_empty()) return "No blade has an image of " + to_string(report.image) + ".\n";
    return table.text() + details;
}

namespace {

/// Of a blade image, whose blade perhaps runs from it: BLADE.
std::string sync_state(const api::BladeImage& image, model::Generation newest,
                       const api::BladeStatus* blade) {
    if (image.is_pinned) return "pinned";
    if (image.generation != newest) return "behind";
    const bool has_other_root = blade != nullptr && blade->state == model::BladeState::running &&
                                blade->image == image.image && blade->generation &&
                                *blade->generation != image.generation;
    return has_other_root ? "waiting" : "current";
}

}  // namespace

SyncStatus sync_status_of(const std::vector<api::ImageSummary>& images,
                          const std::vector<api::BladeImage>& blade_images,
                          const std::vector<api::BladeStatus>& blades,
                          const std::vector<api::SyncConflictCount>& conflicts) {
    std::map<std::pair<model::ImageName, model::ComponentName>, std::uint64_t> open;
    for (const api::SyncConflictCount& of_blade : conflicts)
        open[{of_blade.image, of_blade.blade}] = of_blade.conflicts;
    std::map<model::ComponentName, const api::BladeStatus*> by_name;
    for (const api::BladeStatus& blade : blades)
        by_name.emplace(blade.name, &blade);
    SyncStatus status;
    for (const api::ImageSummary& image : images) {
        std::map<std::pair<model::Generation, std::string>, std::vector<model::ComponentName>>
            groups;
        for (const api::BladeImage& blade_image : blade_images) {
            if (blade_image.image != image.name) continue;
            const auto found = by_name.find(blade_image.blade);
            const std::string state = sync_state(blade_image, image.generation,
                                                 found == by_name.end() ? nullptr : found->second);
            groups[{blade_image.generation, state}].push_back(blade_image.blade);
        }
        for (auto& [key, names] : groups) {
            SyncStatus::Group& group =
                status.groups.emplace_back(SyncStatus::Group{.image = image.name,
                                                             .newest = image.generation,
                                                             .generation = key.first,
                                                             .state = key.second,
                                                             .blades = std::move(names)});
            for (const model::ComponentName& blade : group.blades)
                if (const auto found = open.find({image.name, blade}); found != open.end())
                    group.conflicts += found->second;
        }
    }
    return status;
}

std::string sync_status_text(const SyncStatus& status, const FoldNames& fold) {
    Table table({"IMAGE", "NEWEST", "HAVE", "STATE", "CONFLICTS", "BLADES"});
    for (const SyncStatus::Group& group : status.groups)
        table.add_row({to_string(group.image), to_string(group.newest), to_string(group.generation),
                       group.state, group.conflicts == 0 ? "" : std::to_string(group.conflicts),
                       fold(group.blades)});
    return table.is_empty() ? "There are no blade images.\n" : table.text();
}

std::string sync_status_json(const SyncStatus& status) {
    auto groups = nlohmann::ordered_json::array();
    for (const SyncStatus::Group& group : status.groups) {
        nlohmann::ordered_json one{{"image", to_string(group.image)},
                                   {"newest", group.newest.number()},
                                   {"generation", group.generation.number()},
                                   {"state", group.state},
                                   {"conflicts", group.conflicts}};
        for (const model::ComponentName& blade : group.blades)
            one["blades"].push_back(to_string(blade));
        groups.push_back(std::move(one));
    }
    return nlohmann::ordered_json{{"groups", std::move(groups)}}.dump() + '\n';
}

}  // namespace dim::tool
