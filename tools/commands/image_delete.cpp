#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"

namespace dim::tool {

Action image_delete(CLI::App& app) {
    struct Arguments {
        std::string image;
        std::string blade;
    };
    auto arguments = std::make_shared<Arguments>();
    app.add_option("IMAGE", arguments->image, "the image")->required();
    app.add_option("BLADE", arguments->blade, "the blade")->required();
    return [=](Context& context) -> Result<void> {
        DIM_TRY(const auto image, model::ImageName::parse(arguments->image));
        DIM_TRY(const auto blade, model::ComponentName::parse(arguments->blade));
        return run_job_with_progress(
            context, http::Method::delete_,
            "/v1/blade-images/" + to_string(blade) + '/' + to_string(image), "");
    };
}

}  // namespace dim::tool
