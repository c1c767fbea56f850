#include "libdim/api/image_request.hpp"
#include "tools/commands/commands.hpp"
#include "tools/generation_word.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

Action image_label(CLI::App& app) {
    auto name = std::make_shared<std::string>();
    auto number = std::make_shared<std::string>();
    auto label = std::make_shared<std::string>();
    app.add_option("IMAGE", *name, "the image")->required();
    app.add_option("GENERATION", *number, "which of its generations")->required();
    app.add_option("TEXT", *label, "a line; none takes the label away");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(auto image, from_word(model::ImageName::parse(*name)));
        DIM_TRY(const auto generation, parse_generation_word("GENERATION", *number));
        DIM_CHECK(from_word("TEXT", api::check_label(*label)));
        return run_job_with_progress(
            context, http::Method::put, "/v1/image-labels",
            to_json(api::LabelGeneration{std::move(image), generation, *label}));
    };
}

}  // namespace dim::tool
