#include "libdim/api/image_request.hpp"
#include "tools/commands/commands.hpp"
#include "tools/generation_word.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

Action image_rollback(CLI::App& app) {
    auto name = std::make_shared<std::string>();
    auto number = std::make_shared<std::string>();
    auto label = std::make_shared<std::string>();
    app.add_option("IMAGE", *name, "the image")->required();
    app.add_option("GENERATION", *number, "the generation to go back to")->required();
    app.add_option("--label", *label, "what is to be remembered of it");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(auto image, from_word(model::ImageName::parse(*name)));
        DIM_TRY(const auto generation, parse_generation_word("GENERATION", *number));
        DIM_CHECK(from_word("--label", api::check_label(*label)));
        return run_job_with_progress(
            context, http::Method::post, "/v1/image-rollbacks",
            to_json(api::RollBackImage{std::move(image), generation, *label}));
    };
}

}  // namespace dim::tool
