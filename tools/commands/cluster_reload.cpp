#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"

namespace dim::tool {

Action cluster_reload(CLI::App&) {
    return [](Context& context) {
        return run_job_with_progress(context, http::Method::post, "/v1/cluster/reload", "");
    };
}

}  // namespace dim::tool
