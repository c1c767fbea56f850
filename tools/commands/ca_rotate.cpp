#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

Action ca_rotate(CLI::App& app) {
    auto request = std::make_shared<api::RotateAuthority>(api::RotateAuthority{false, false});
    auto* finish = app.add_flag("--finish", request->finish,
                                "the next authority takes over; refused while blades that are up "
                                "do not trust it");
    app.add_flag("--force", request->force, "finish all the same: those blades go lost")
        ->needs(finish);
    return [=](Context& context) -> Outcome<> {
        return run_job_with_progress(context, http::Method::post, "/v1/authority/rotation",
                                     to_json(*request));
    };
}

}  // namespace dim::tool
