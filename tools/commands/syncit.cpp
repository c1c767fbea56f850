#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"
#include "tools/sync_waves.hpp"

#include <iostream>

namespace dim::tool {

namespace {

/// A generation of the master as it is now, unless the newest is that.
Outcome<> make_generation(const Context& context, const model::ImageName& image,
                          const std::string& label) {
    DIM_TRY(const std::string done,
            follow_job(context, http::Method::post, "/v1/image-generations",
                       to_json(api::UpdateImage{.name = image, .source = {}, .label = label})));
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
    app.add_option("RANGE", arguments->ranges,
                   "the blades; unless given, all that have an image of it");
    app.add_option("--label", *label, "what is to be remembered of the generation");
    arguments->add_options(app);
    waves->add_options(app);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const ChosenSync chosen, choose_sync(context, *arguments, *waves));
        DIM_CHECK(make_generation(context, chosen.request.image, *label));
        return run_chosen(context, chosen, *waves);
    };
}

}  // namespace dim::tool
