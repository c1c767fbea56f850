#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"

namespace dim::tool {

Action buildzimage(CLI::App& app) {
    struct Arguments {
        std::string image;
        std::vector<std::string> options;
    };
    auto arguments = std::make_shared<Arguments>();
    app.add_option("IMAGE", arguments->image, "the image")->required();
    app.add_option("--option", arguments->options,
                   "one more word of the kernel command line; may be repeated");
    return [=](Context& context) -> Result<void> {
        DIM_TRY(auto image, model::ImageName::parse(arguments->image));
        api::BuildBootFile request{std::move(image)};
        request.options = arguments->options;
        return run_job_with_progress(context, http::Method::post, "/v1/boot-files",
                                     to_json(request));
    };
}

}  // namespace dim::tool
