#include "libdim/api/image_request.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>

namespace dim::tool {

namespace {

struct ImageUpdateArguments {
    std::string name;
    std::string directory;
    std::string label;
};

Outcome<api::UpdateImage> make_update(const ImageUpdateArguments& arguments) {
    DIM_TRY(auto name, from_word(model::ImageName::parse(arguments.name)));
    api::UpdateImage request{std::move(name), "", arguments.label};
    if (!arguments.directory.empty()) {
        std::error_code error;
        const auto directory = std::filesystem::absolute(arguments.directory, error);
        if (error)
            return fail(ErrorCode::invalid_input, arguments.directory + ": " + error.message());
        request.directory = directory.lexically_normal().string();
    }
    DIM_CHECK(from_word(api::check_update(request)));
    return request;
}

}  // namespace

Action image_update(CLI::App& app) {
    auto arguments = std::make_shared<ImageUpdateArguments>();
    app.add_option("IMAGE", arguments->name, "the image")->required();
    app.add_option("DIRECTORY", arguments->directory,
                   "the master's root directory, on the image server; the one of the last time "
                   "unless given");
    app.add_option("--label", arguments->label, "what is to be remembered of it");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto request, make_update(*arguments));
        return run_job_with_progress(context, http::Method::post, "/v1/image-generations",
                                     to_json(request));
    };
}

}  // namespace dim::tool
