#include "tools/commands/commands.hpp"
#include "tools/confirm.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

Action server_remove(CLI::App& app) {
    auto server = std::make_shared<std::string>();
    app.add_option("SERVER", *server, "the member")->required();
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto name, from_word(model::ComponentName::parse(*server)));
        DIM_CHECK(confirm_deed(context, "take " + to_string(name) +
                                            " out of the servers that are commanded from here"));
        return run_job_with_progress(context, http::Method::delete_,
                                     "/v1/servers/" + to_string(name), "");
    };
}

}  // namespace dim::tool
