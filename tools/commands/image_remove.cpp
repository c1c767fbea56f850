#include "tools/commands/commands.hpp"
#include "tools/confirm.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

Action image_remove(CLI::App& app) {
    auto name = std::make_shared<std::string>();
    app.add_option("IMAGE", *name, "the image")->required();
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto image, from_word(model::ImageName::parse(*name)));
        // Always a question: nobody gets it back.
        DIM_CHECK(confirm_deed(context, "remove the image " + to_string(image) +
                                            " with all its generations"));
        return run_job_with_progress(context, http::Method::delete_,
                                     "/v1/images/" + to_string(image), "");
    };
}

}  // namespace dim::tool
