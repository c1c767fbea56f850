#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"

namespace dim::tool {

Action dhcp_unassign(CLI::App& app) {
    auto selection = std::make_shared<BladeSelection>();
    selection->add_options(app);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(auto blades, selection->resolve(context));
        DIM_CHECK(confirm_blades(context, "take the boot file from", blades));
        return run_job_with_progress(context, http::Method::delete_, "/v1/assignments",
                                     to_json(api::Blades{std::move(blades)}));
    };
}

}  // namespace dim::tool
