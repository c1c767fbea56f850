#include "imageserver/edit/logged_syncs.hpp"

#include "imageserver/edit/sync_outcomes.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/base/text.hpp"

#include <vector>

namespace dim::server {

std::string options_text(const api::SyncImage& request) {
    std::string text;
    const auto add = [&](const std::string& option) { text += (text.empty() ? "" : " ") + option; };
    if (request.generation) add("--generation " + to_string(*request.generation));
    if (request.on_conflict) add("--on-conflict " + std::string(to_string(*request.on_conflict)));
    if (request.most_removed_percent != api::SyncImage::kMostRemovedPercent)
        add("--max-delete " + std::to_string(request.most_removed_percent));
    for (const std::string& rule : request.keep_out)
        add("--keep-out '" + rule + "'");
    return printable(text, api::limits::kTextBytes);
}

Result<api::SyncReport> LoggedSyncs::run(const api::SyncImage& request, const std::string& by,
                                         const Progress& progress) {
    if (request.is_dry_run) return edits_.run(request, progress);
    DIM_TRY(const std::uint64_t number, journal_.begin({.image = request.image,
                                                        .began = blades_.now(),
                                                        .by = by,
                                                        .options = options_text(request)}));
    auto report = edits_.run(request, progress);
    if (report) {
        finish(number, *report);
    } else {
        (void)journal_.forget(number);
    }
    return report;
}

/// A log that cannot be written says of it that it did not end; what came of it is told. It ends
/// as well where the generations cannot be looked at: then they are known again by their times.
void LoggedSyncs::finish(std::uint64_t number, const api::SyncReport& report) {
    const auto known = images_.generations(report.image);
    const auto generations = known ? *known : std::vector<api::ImageGeneration>();
    (void)journal_.finish(number, report, blades_.now(), generations);
}

api::SyncReport LoggedSyncs::carry_out(const SyncUndo& undo, const api::LoggedSync& sync,
                                       bool is_dry_run, const Progress& progress) {
    constexpr std::uint32_t kAll = 100;
    api::SyncReport report{.image = sync.image,
                           .generation = *sync.generation,
                           .is_dry_run = is_dry_run,
                           .outcomes = {}};
    // What was written since stays, whatever the image's policy is.
    const auto image = images_.image(sync.image);
    const bool keeps = image && image->sync.on_conflict == model::ConflictPolicy::keep;
    const auto policy = keeps ? model::ConflictPolicy::keep : model::ConflictPolicy::ask;
    for (const auto& [generation, blades] : undo.back) {
        auto back = edits_.run({.image = sync.image,
                                .generation = generation,
                                .blades = blades,
                                .is_dry_run = is_dry_run,
                                .on_conflict = policy,
                                .most_removed_percent = kAll},
                               progress);
        if (!back) {
            report.outcomes.push_back({.blades = blades,
                                       .state = "failed",
                                       .from = sync.generation,
                                       .to = generation,
                                       .problem = api::to_problem(back.error())});
            continue;
        }
        for (api::SyncOutcome& outcome : back->outcomes) {
            outcome.to = generation;
            report.outcomes.push_back(std::move(outcome));
        }
    }
    for (api::SyncOutcome& outcome : group(undo.others))
        report.outcomes.push_back(std::move(outcome));
    fit(report.outcomes, api::limits::kSyncReportBytes);
    return report;
}

Result<api::SyncReport> LoggedSyncs::undo(const api::UndoSync& request, const std::string& by,
                                          const Progress& progress) {
    DIM_TRY(const SyncJournal::Entry last, journal_.last_to_undo(request.image));
    const std::string number = std::to_string(request.sync);
    if (last.sync.number != request.sync)
        return fail(Error(ErrorCode::conflict, "sync " + number + " is not the last one of " +
                                                   to_string(request.image) +
                                                   " that can be taken back: that is sync " +
                                                   std::to_string(last.sync.number))
                        .with_cure("see 'dim sync log " + to_string(request.image) + "'"));
    DIM_TRY(const auto generations, images_.generations(request.image));
    DIM_CHECK(check_same_image(last, generations));
    DIM_TRY(const auto blade_images, images_.blade_images());
    const SyncUndo undo = plan_undo(last, blade_images, [&](const model::ComponentName& blade) {
        return blades_.roster().find(blade).has_value();
    });
    if (request.is_dry_run) return carry_out(undo, last.sync, true, progress);
    DIM_TRY(const std::uint64_t begun, journal_.begin({.image = request.image,
                                                       .began = blades_.now(),
                                                       .by = by,
                                                       .options = "undo of sync " + number,
                                                       .undoes = request.sync}));
    api::SyncReport report = carry_out(undo, last.sync, false, progress);
    finish(begun, report);
    return report;
}

}  // namespace dim::server
