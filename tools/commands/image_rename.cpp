#include "libdim/api/rename_messages.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

Action image_rename(CLI::App& app) {
    auto name = std::make_shared<std::string>();
    auto new_name = std::make_shared<std::string>();
    app.add_option("OLD", *name, "the image")->required();
    app.add_option("NEW", *new_name, "its name from now on")->required();
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(auto from, from_word("OLD", model::ImageName::parse(*name)));
        DIM_TRY(auto to, from_word("NEW", model::ImageName::parse(*new_name)));
        const api::RenameImage request{std::move(from), std::move(to)};
        return run_job_with_progress(context, http::Method::put, "/v1/image-names",
                                     to_json(request));
    };
}

}  // namespace dim::tool
