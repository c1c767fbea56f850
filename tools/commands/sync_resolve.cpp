#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"
#include "tools/sync_conflicts.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

namespace {

struct ResolveArguments {
    std::string image;
    std::vector<std::string> words;
    std::string take;
};

Outcome<api::ResolveConflicts> resolution_of(api::SyncConflictQuery query,
                                             const std::string& take) {
    api::ResolveConflicts request{.image = *std::move(query.image),
                                  .blades = std::move(query.blades),
                                  .paths = std::move(query.paths),
                                  .take = take};
    if (request.blades.empty())
        return wrong_usage(Error(ErrorCode::invalid_input, "no blades are named")
                               .with_cure("name them, or all: dim sync resolve " +
                                          to_string(request.image) +
                                          " all /etc/motd --take blade"));
    DIM_CHECK(from_word(api::check_resolution(request)));
    return request;
}

}  // namespace

Action sync_resolve(CLI::App& app) {
    auto arguments = std::make_shared<ResolveArguments>();
    app.add_option("IMAGE", arguments->image, "the image")->required();
    app.add_option(
        "RANGE", arguments->words,
        "the blades, and then the paths: /etc/motd; a path stands for what is below, too");
    app.add_option("--take", arguments->take,
                   "blade: it stays as the blade has it; generation: it becomes what the blade's "
                   "generation has; unless given, what there is to decide is shown")
        ->check(CLI::IsMember({"blade", "generation"}));
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(auto query, conflict_query(context, arguments->image, arguments->words));
        if (arguments->take.empty()) return show_conflicts(context, query);
        DIM_TRY(const auto request, resolution_of(std::move(query), arguments->take));
        if (request.take == api::ResolveConflicts::kGeneration)
            DIM_CHECK(confirm_blades(context, "replace what blades wrote at these paths on",
                                     request.blades));
        return run_job_with_progress(context, http::Method::post, "/v1/sync-conflict-resolutions",
                                     to_json(request));
    };
}

}  // namespace dim::tool
