#include "imageserver/edit/sync_edits.hpp"

#include "imageserver/edit/for_each_blade.hpp"
#include "imageserver/edit/sync_outcomes.hpp"
#include "libdim/sync/keep_out.hpp"
#include "libdim/sys/clock.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>

namespace dim::server {

using model::ComponentName;
using model::Generation;

namespace {

/// At most so long a blade that was moved, and reboots, is told the kernel of its old generation.
constexpr std::chrono::seconds kUnnamed{5};

Result<sync::KeepOut> keep_out_rules(const api::SyncImage& request, const cluster::Blade& blade,
                                     const api::SyncPolicy& policy) {
    sync::KeepOutPlaces places{.command = request.keep_out,
                               .image = {policy.keep_out, to_string(request.image)}};
    if (blade.keep_out) places.blade = {blade.keep_out->rules, blade.keep_out->place};
    if (blade.cluster_keep_out)
        places.cluster = {blade.cluster_keep_out->rules, blade.cluster_keep_out->place};
    return sync::KeepOut::of(places);
}

Error changed_split(const ComponentName& blade) {
    return Error(ErrorCode::conflict,
                 to_string(blade) + " runs, and the generation shares other directories than the "
                                    "one it has")
        .with_cure("power the blade off, and sync it then");
}

}  // namespace

struct SyncEdits::Blade {
    RosterEntry entry;
    api::BladeImage image;
    std::optional<Generation> unfinished;  ///< a move to it was begun

    const ComponentName& name() const { return image.blade; }
    bool is_to_stay(Generation target) const {
        return image.is_pinned && image.generation != target;
    }
};

/// What is the same for all blades.
struct SyncEdits::Job {
    const api::SyncImage& request;
    api::ImageSummary target;  ///< the image in the generation that blades are brought to
    std::vector<Blade> blades;
    std::map<ChangeKey, Change> changes;
    sync::MergeSelection merge = {};

    /// The moves that bring BLADE there: first what was begun is finished.
    std::vector<ChangeKey> steps(const Blade& blade) const {
        const Generation to = target.generation;
        if (!blade.unfinished || *blade.unfinished == to) return {{blade.image.generation, to}};
        return {{blade.image.generation, *blade.unfinished}, {*blade.unfinished, to}};
    }
    bool is_current(const Blade& blade) const {
        return blade.image.generation == target.generation && !blade.unfinished;
    }
};

Result<std::vector<SyncEdits::Blade>> SyncEdits::choose(const api::SyncImage& request) {
    if (!request.blades.empty()) DIM_CHECK(blades_.require(request.blades));
    const std::set<ComponentName> wanted(request.blades.begin(), request.blades.end());
    DIM_TRY(const auto images, images_.blade_images());
    std::vector<Blade> chosen;
    std::set<ComponentName> found;
    for (const api::BladeImage& image : images) {
        if (image.image != request.image || (!wanted.empty() && !wanted.contains(image.blade)))
            continue;
        auto entry = blades_.roster().find(image.blade);
        if (!entry) continue;  // of a blade that is none of ours any more
        found.insert(image.blade);
        DIM_TRY(const auto unfinished, images_.unfinished_move(image.blade, image.image));
        chosen.push_back({.entry = *std::move(entry), .image = image, .unfinished = unfinished});
    }
    for (const ComponentName& blade : wanted) {
        if (found.contains(blade)) continue;
        return fail(Error(ErrorCode::not_found,
                          to_string(blade) + " has no image of " + to_string(request.image))
                        .with_cure("dim blade create " + to_string(blade) + " " +
                                   to_string(request.image)));
    }
    return chosen;
}

Result<void> SyncEdits::find_changes(Job& job, const Progress& progress) {
    for (const Blade& blade : job.blades) {
        if (job.is_current(blade) || blade.is_to_stay(job.target.generation)) continue;
        for (const ChangeKey& key : job.steps(blade)) {
            if (job.changes.contains(key)) continue;
            progress("what differs between generations " + to_string(key.first) + " and " +
                         to_string(key.second),
                     0, 0);
            DIM_TRY(Change change, images_.find_change(job.request.image, key.first, key.second));
            if (!job.request.is_dry_run)
                DIM_CHECK(check_removals(*change, job.request.most_removed_percent));
            job.changes.emplace(key, std::move(change));
        }
    }
    return {};
}

Result<SyncEdits::Job> SyncEdits::prepare(const api::SyncImage& request, const Progress& progress) {
    DIM_CHECK(api::check_sync(request));
    DIM_TRY(api::ImageSummary image, images_.image(request.image));
    if (request.generation) {
        DIM_TRY(image, images_.image(request.image, *request.generation));
    }
    Job job{.request = request, .target = std::move(image), .blades = {}, .changes = {}};
    DIM_TRY(job.merge, sync::MergeSelection::parse(job.target.sync.merge));
    DIM_TRY(job.blades, choose(request));
    DIM_CHECK(find_changes(job, progress));
    return job;
}

Result<MovedBladeImage> SyncEdits::move(const Job& job, const Blade& blade, bool is_running) {
    DIM_TRY(const sync::KeepOut keep_out,
            keep_out_rules(job.request, blade.entry.blade, job.target.sync));
    DIM_TRY(const auto overridden, overrides_.written(blade.name(), job.request.image));
    const BladeMove move{
        .blade = blade.name(),
        .kept_out = [&](const std::string& path, bool is_directory) -> std::optional<std::string> {
            if (const auto found = overridden.find(path); found != overridden.end())
                return "override " + found->second.rule;
            if (!keep_out.keeps(path, is_directory)) return std::nullopt;
            const sync::KeepOutRule* rule = keep_out.decides(path, is_directory);
            return "keep-out '" + rule->text + "' (" + rule->origin + ")";
        },
        .on_conflict = job.request.on_conflict.value_or(job.target.sync.on_conflict),
        .merge = job.merge,
        .is_held = is_running,
        .is_dry_run = job.request.is_dry_run};
    MovedBladeImage all;
    for (const ChangeKey& key : job.steps(blade)) {
        DIM_TRY(MovedBladeImage moved, images_.move_blade_image(move, *job.changes.at(key)));
        add(all, std::move(moved));
        // A dry run does not get to where the next step begins.
        if (move.is_dry_run) break;
    }
    return all;
}

Result<void> SyncEdits::sync_image(const Job& job, const Blade& blade, api::SyncOutcome& outcome) {
    DIM_TRY(const auto boot, blades_.boot_from(blade.name(), job.request.image));
    if (boot) {
        DIM_TRY(const api::ImageSummary now,
                images_.image(job.request.image, blade.image.generation));
        if (now.shared != job.target.shared) return fail(changed_split(blade.name()));
    }
    DIM_TRY(const MovedBladeImage moved, move(job, blade, boot.has_value()));
    tell(moved, job.request.is_dry_run, outcome);
    if (job.request.is_dry_run) return {};
    outcome.state = "synced";
    DIM_TRY(const Overrides::Outcome written,
            overrides_.apply(blade.name(), job.target,
                             images_.mount_point(blade.name(), job.request.image),
                             Overrides::Changed::kept));
    DIM_CHECK(blades_.tell({&blade.name(), 1}, sentence(job.target, outcome)));
    if (written.problems.empty()) return {};
    return fail(written.problems.front());
}

api::SyncOutcome SyncEdits::sync_blade(const Job& job, const Blade& blade) {
    api::SyncOutcome outcome{.blades = {blade.name()}, .state = "failed"};
    outcome.from = blade.image.generation;
    if (blade.is_to_stay(job.target.generation)) {
        outcome.state = "pinned";
    } else if (job.is_current(blade)) {
        outcome.state = "current";
    } else if (const auto synced = sync_image(job, blade, outcome); !synced) {
        outcome.problem = api::to_problem(synced.error());
    } else if (job.request.is_dry_run) {
        outcome.state = "synced";
    }
    return outcome;
}

/// A synced blade that runs, or may.
struct SyncEdits::Confirmation {
    const ComponentName& blade;
    api::SyncOutcome& outcome;
    std::chrono::seconds actimeo;  ///< so long it may see what its image was before
};

std::vector<SyncEdits::Confirmation>
SyncEdits::confirmations(const Job& job, std::span<api::SyncOutcome> outcomes) {
    std::vector<Confirmation> expected;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (outcomes[i].state != "synced" && outcomes[i].state != "current") continue;
        const ComponentName& blade = job.blades[i].name();
        const auto boot = blades_.boot_from(blade, job.request.image);
        if (boot && !*boot) continue;
        const auto booted_with = boot ? (*boot)->actimeo_seconds : std::nullopt;
        expected.push_back({.blade = blade,
                            .outcome = outcomes[i],
                            .actimeo = std::chrono::seconds(
                                booted_with.value_or(job.target.nfs.actimeo_seconds))});
    }
    return expected;
}

/// Until every running blade has the shared root of the generation, and nothing older in a cache.
void SyncEdits::confirm(const Job& job, std::span<api::SyncOutcome> outcomes,
                        const Progress& progress) {
    std::vector<Confirmation> expected = confirmations(job, outcomes);
    if (expected.empty()) return;
    std::chrono::seconds actimeo(0);
    for (const Confirmation& each : expected)
        if (each.outcome.state == "synced") actimeo = std::max(actimeo, each.actimeo);
    const sys::Deadline seen = sys::Deadline::in(actimeo);
    const auto offered = messengers_.offer_shared_roots();
    for (const Confirmation& each : expected) {
        if (!offered) each.outcome.problem = api::to_problem(offered.error());
        messengers_.tell_blade(each.blade);
    }
    if (offered) await(job, expected, progress);
    for (const Confirmation& each : expected)
        each.outcome.state = "waiting";
    progress("running blades see it", outcomes.size(), outcomes.size());
    // No event ends this: what a blade's kernel has in its cache is good for so long, nfs(5).
    if (!seen.has_passed()) sys::sleep_for(std::chrono::milliseconds(seen.poll_timeout()));
}

/// Leaves in EXPECTED those that did not say anything in time.
void SyncEdits::await(const Job& job, std::vector<Confirmation>& expected,
                      const Progress& progress) {
    const std::size_t all = expected.size();
    const sys::Deadline deadline = sys::Deadline::in(confirmation_);
    for (;;) {
        const std::uint64_t known = blades_.change_count();
        std::vector<Confirmation> silent;
        for (const Confirmation& each : expected)
            if (!settle_confirmation(blades_.boot_from(each.blade, job.request.image),
                                     job.target.generation, each.outcome))
                silent.push_back(each);
        expected.swap(silent);
        progress("running blades mount the shared root", all - expected.size(), all);
        if (expected.empty() || deadline.has_passed()) return;
        blades_.wait_for_change(known, deadline);
    }
}

Result<api::SyncReport> SyncEdits::run(const api::SyncImage& request, const Progress& progress) {
    DIM_TRY(const Job job, prepare(request, progress));
    std::vector<ComponentName> names;
    for (const Blade& blade : job.blades)
        names.push_back(blade.name());
    std::vector<api::SyncOutcome> outcomes(names.size());
    std::mutex naming;
    sys::Deadline unnamed = sys::Deadline::in(kUnnamed);
    for_each_blade(names, progress, [&](std::size_t number, const Progress&) {
        outcomes[number] = sync_blade(job, job.blades[number]);
        const std::scoped_lock lock(naming);
        if (!request.is_dry_run && unnamed.has_passed()) {
            messengers_.name_boot_files();
            unnamed = sys::Deadline::in(kUnnamed);
        }
        return true;
    });
    if (!request.is_dry_run) {
        messengers_.name_boot_files();
        confirm(job, outcomes, progress);
    }
    api::SyncReport report{.image = request.image,
                           .generation = job.target.generation,
                           .is_dry_run = request.is_dry_run,
                           .outcomes = group(std::move(outcomes))};
    fit(report.outcomes, api::limits::kSyncReportBytes);
    return report;
}

}  // namespace dim::server
