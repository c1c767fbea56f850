#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/confirm.hpp"
#include "tools/deployment.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

Action deploy(CLI::App& app) {
    auto arguments = std::make_shared<ImageAndBlades>();
    auto is_dry = std::make_shared<bool>(false);
    arguments->add_options(app);
    app.add_flag("--dry-run", *is_dry, "only show what it would do");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto request, arguments->resolve(context));
        DIM_TRY(const auto deployment, look_at_deployment(context.client, request));
        return run_deployment(context, plan_deployment(deployment),
                              {.deed = "deploy " + to_string(request.image) + " to",
                               .ask_above = kAskAbove,
                               .is_dry = *is_dry});
    };
}

}  // namespace dim::tool
