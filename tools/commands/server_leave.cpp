#include "tools/commands/commands.hpp"
#include "tools/confirm.hpp"
#include "tools/job_progress.hpp"

namespace dim::tool {

Action server_leave(CLI::App&) {
    return [](Context& context) -> Outcome<> {
        DIM_CHECK(confirm_deed(context, "have this server belong to no other any more"));
        return run_job_with_progress(context, http::Method::delete_, "/v1/membership", "");
    };
}

}  // namespace dim::tool
