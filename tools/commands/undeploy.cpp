#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/confirm.hpp"
#include "tools/deployment.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

namespace {

struct UndeployArguments {
    ImageAndBlades what;
    bool is_dry = false;
    bool deletes = false;
};

}  // namespace

Action undeploy(CLI::App& app) {
    auto arguments = std::make_shared<UndeployArguments>();
    arguments->what.add_options(app);
    app.add_flag("--dry-run", arguments->is_dry, "only show what it would do");
    app.add_flag("--delete", arguments->deletes,
                 "delete the blade images, too, with all the blades wrote into them");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto request, arguments->what.resolve(context));
        DIM_TRY(const auto deployment, look_at_deployment(context.client, request));
        const auto images = arguments->deletes ? BladeImages::discard : BladeImages::keep;
        const std::string deed = arguments->deletes ? "undeploy and delete " : "undeploy ";
        return run_deployment(context, plan_withdrawal(deployment, images),
                              {.deed = deed + to_string(request.image) + " from",
                               // What is deleted is always asked about.
                               .ask_above = arguments->deletes ? kAskAlways : kAskAbove,
                               .is_dry = arguments->is_dry});
    };
}

}  // namespace dim::tool
