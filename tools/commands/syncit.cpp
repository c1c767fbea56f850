#include "libdim/api/image_request.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"
#include "tools/output/server_sync_text.hpp"
#include "tools/server_sync.hpp"
#include "tools/sync_waves.hpp"
#include "tools/whole_cluster.hpp"

#include <iostream>

namespace dim::tool {

namespace {

/// Takes the words that are paths out of WORDS: those that begin with '/'.
std::optional<std::vector<std::string>> take_paths(std::vector<std::string>& words) {
    std::vector<std::string> paths;
    std::erase_if(words, [&](const std::string& word) {
        if (!word.starts_with('/')) return false;
        paths.push_back(word);
        return true;
    });
    if (paths.empty()) return std::nullopt;
    return paths;
}

/// A generation of the master as it is now, unless the newest is that.
Outcome<> make_generation(const Context& context, const api::UpdateImage& request) {
    DIM_TRY(const std::string done,
            follow_job(context, http::Method::post, "/v1/image-generations", to_json(request)));
    // Standard output is for what came of it for blades.
    std::cerr << done << '\n';
    return {};
}

/// On a management node: to the members that have the image. What fails is told at the end, too;
/// the blades of the others go on.
Outcome<> bring_to_servers(const Context& context, const model::ImageName& image) {
    DIM_TRY(const auto servers, whole_cluster(context));
    if (servers.empty()) return {};
    DIM_TRY(const auto report, sync_servers(context, {.image = image}));
    std::cerr << server_sync_text(report);
    return check_synced(report);
}

}  // namespace

Action syncit(CLI::App& app) {
    auto arguments = std::make_shared<SyncArguments>();
    auto waves = std::make_shared<WaveArguments>();
    auto label = std::make_shared<std::string>();
    auto is_scan = std::make_shared<bool>(false);
    app.add_option("IMAGE", arguments->image, "the image, whose master was changed")->required();
    app.add_option(
        "RANGE", arguments->ranges,
        "the blades; unless given, all that have an image of it; a word that begins with "
        "'/' is a path: then only these paths of the master are brought to blades");
    app.add_option("--label", *label, "what is to be remembered of the generation");
    app.add_flag("--scan", *is_scan,
                 "look at all of the master, also when the kernel told what changed of it");
    arguments->add_options(app);
    waves->add_options(app);
    return [=](Context& context) -> Outcome<> {
        SyncArguments sync = *arguments;
        const auto paths = take_paths(sync.ranges);
        DIM_TRY(const ChosenSync chosen, choose_sync(context, sync, *waves));
        api::UpdateImage update{.name = chosen.request.image,
                                .source = {},
                                .label = *label,
                                .shared = {},
                                .paths = paths};
        if (*is_scan) update.scan = true;
        DIM_CHECK(from_word(api::check_update(update)));
        DIM_CHECK(make_generation(context, update));
        auto brought = bring_to_servers(context, update.name);
        DIM_CHECK(run_chosen(context, chosen, *waves));
        return brought;
    };
}

}  // namespace dim::tool
