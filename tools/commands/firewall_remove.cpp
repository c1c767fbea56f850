#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"

namespace dim::tool {

Action firewall_remove(CLI::App&) {
    return [](Context& context) {
        return run_job_with_progress(context, http::Method::delete_, "/v1/firewall", "");
    };
}

}  // namespace dim::tool
