#include "tools/commands/commands.hpp"
#include "tools/sync_waves.hpp"

namespace dim::tool {

Action sync_image(CLI::App& app) {
    auto arguments = std::make_shared<SyncArguments>();
    auto waves = std::make_shared<WaveArguments>();
    app.add_option("IMAGE", arguments->image, "the image")->required();
    app.add_option("RANGE", arguments->ranges,
                   "the blades; unless given, all that have an image of it");
    app.add_option("--generation", arguments->generation, "to this one, not to the newest");
    app.add_flag("--dry-run", arguments->is_dry_run, "change nothing: show what would change");
    arguments->add_options(app);
    waves->add_options(app);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const ChosenSync chosen, choose_sync(context, *arguments, *waves));
        return run_chosen(context, chosen, *waves);
    };
}

}  // namespace dim::tool
