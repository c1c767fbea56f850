#include "libdim/api/image_request.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"
#include "tools/sync_waves.hpp"

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

}  // namespace

Action syncit(CLI::App& app) {
    auto arguments = std::make_shared<SyncArguments>();
    auto waves = std::make_shared<WaveArguments>();
    auto label = std::make_shared<std::string>();
    app.add_option("IMAGE", arguments->image, "the image, whose master was changed")->required();
    app.add_option(
        "RANGE", arguments->ranges,
        "the blades; unless given, all that have an image of it; a word that begins with "
        "'/' is a path: then only these paths of the master are brought to blades");
    app.add_option("--label", *label, "what is to be remembered of the generation");
    arguments->add_options(app);
    waves->add_options(app);
    return [=](Context& context) -> Outcome<> {
        SyncArguments sync = *arguments;
        const auto paths = take_paths(sync.ranges);
        DIM_TRY(const ChosenSync chosen, choose_sync(context, sync, *waves));
        const api::UpdateImage update{.name = chosen.request.image,
                                      .source = {},
                                      .label = *label,
                                      .shared = {},
                                      .paths = paths};
        DIM_CHECK(from_word(api::check_update(update)));
        DIM_CHECK(make_generation(context, update));
        return run_chosen(context, chosen, *waves);
    };
}

}  // namespace dim::tool
