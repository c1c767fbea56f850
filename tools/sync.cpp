#include "tools/sync.hpp"

#include "tools/blade_selection.hpp"
#include "tools/cluster_source.hpp"
#include "tools/cluster_sync.hpp"
#include "tools/component_query.hpp"
#include "tools/generation_word.hpp"
#include "tools/output/sync_text.hpp"
#include "tools/output/words.hpp"

#include <iostream>

namespace dim::tool {

namespace {

std::string fold(const Context& context, std::span<const model::ComponentName> names) {
    if (names.size() == 1) return to_string(names.front());
    if (const auto definition = load_cluster(context))
        if (auto folded = fold_component_names(*definition, names)) return *std::move(folded);
    std::string text;
    for (const model::ComponentName& name : names)
        text += (text.empty() ? "" : ",") + to_string(name);
    return text;
}

}  // namespace

void SyncArguments::add_options(CLI::App& app) {
    app.add_option("--keep-out", keep_out,
                   "a rule for paths that stay as blades have them, as those of rsync(1): "
                   "'/var/lib/app/', '+ *.conf'; counts before the cluster definition's")
        ->type_name("RULE")
        ->allow_extra_args(false);
    app.add_option("--max-delete", most_removed_percent,
                   "refuse to remove more than so much of what blade images were made with")
        ->type_name("PERCENT")
        ->capture_default_str();
    auto* policy =
        app.add_option(
               "--on-conflict", on_conflict,
               "what was changed on a blade and in the generation: 'ask': stays, until 'dim "
               "sync resolve' decides; 'keep': stays; 'overwrite': becomes the "
               "generation's; unless given, as 'dim image set' said of the image")
            ->type_name("POLICY");
    app.add_flag("--overwrite", overwrites, "the same as --on-conflict overwrite")
        ->excludes(policy);
}

Outcome<api::SyncImage> SyncArguments::request(const Context& context) const {
    DIM_TRY(auto name, from_word(model::ImageName::parse(image)));
    api::SyncImage request{.image = std::move(name)};
    if (!generation.empty()) {
        DIM_TRY(request.generation, parse_generation_word("--generation", generation));
    }
    request.keep_out = keep_out;
    request.most_removed_percent = most_removed_percent;
    request.is_dry_run = is_dry_run;
    if (overwrites) request.on_conflict = model::ConflictPolicy::overwrite;
    if (!on_conflict.empty()) {
        DIM_TRY(request.on_conflict,
                from_word("--on-conflict", model::parse_conflict_policy(on_conflict)));
    }
    DIM_CHECK(from_word("--max-delete", api::check_sync(request)));
    if (!ranges.empty()) {
        // Of whichever server, when nobody said which to ask.
        const BladeSelection selection{ranges};
        DIM_TRY(request.blades,
                context.splits ? selection.find(context) : selection.resolve(context));
    }
    return request;
}

FoldNames fold_with(const Context& context) {
    return [&context](std::span<const model::ComponentName> names) { return fold(context, names); };
}

Outcome<api::SyncReport> run_sync(const Context& context, const api::SyncImage& request) {
    return sync_everywhere(context, request);
}

void print_sync(const Context& context, const api::SyncReport& report) {
    std::cout << (context.json ? to_json(report) + '\n' : sync_text(report, fold_with(context)))
              << std::flush;
}

Outcome<> check_synced(const api::SyncReport& report) {
    std::size_t failed = 0;
    std::size_t all = 0;
    std::optional<Error> first;
    for (const api::SyncOutcome& outcome : report.outcomes) {
        all += outcome.blades.size();
        if (!outcome.problem && outcome.state != "waiting") continue;
        failed += outcome.blades.size();
        if (first) continue;
        first = outcome.problem
                    ? to_error(*outcome.problem)
                    : Error(ErrorCode::timed_out,
                            "its image is of generation " +
                                to_string(outcome.to.value_or(report.generation)) +
                                ", but it has not said that it has that shared root")
                          .with_cure("'dim blade show " + to_string(outcome.blades.front()) +
                                     "' tells when it has; one whose boot file is older than this "
                                     "server has it after a reboot");
        first = std::move(*first).with_context(to_string(outcome.blades.front()));
    }
    if (!first) return {};
    if (all == 1) return fail(*std::move(first));
    return fail(std::move(*first).with_context(std::to_string(failed) + " of " +
                                               count_text(all, "blade") +
                                               " are not up to date; the first"));
}

}  // namespace dim::tool
