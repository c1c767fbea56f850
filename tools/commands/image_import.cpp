#include "libdim/api/image_request.hpp"
#include "libdim/model/byte_size.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>

namespace dim::tool {

namespace {

struct ImageImportArguments {
    std::string name;
    std::string directory;
    std::string architecture;
    std::vector<std::string> shared{"usr", "opt"};
    std::string init = "/sbin/init";
    std::string size = "1G";
};

Outcome<api::ImportImage> make_request(const ImageImportArguments& arguments) {
    DIM_TRY(auto name, from_word(model::ImageName::parse(arguments.name)));
    DIM_TRY(const auto architecture,
            from_word("--arch", model::parse_architecture(arguments.architecture)));
    DIM_TRY(const auto size, from_word("--size", model::ByteSize::parse(arguments.size)));
    std::error_code error;
    const auto directory = std::filesystem::absolute(arguments.directory, error);
    if (error) return fail(ErrorCode::invalid_input, arguments.directory + ": " + error.message());
    api::ImportImage request{
        std::move(name),  architecture,   directory.lexically_normal().string(),
        arguments.shared, arguments.init, size.bytes()};
    DIM_CHECK(from_word(api::check_import(request)));
    return request;
}

}  // namespace

Action image_import(CLI::App& app) {
    auto arguments = std::make_shared<ImageImportArguments>();
    app.add_option("NAME", arguments->name, "name of the new image")->required();
    app.add_option("DIRECTORY", arguments->directory,
                   "the distribution's root directory, on the image server")
        ->required();
    app.add_option("--arch", arguments->architecture, "ppc64, ppc64le, x86_64 or aarch64")
        ->required();
    app.add_option("--shared", arguments->shared,
                   "first-level directories that all blades share, read-only")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->capture_default_str();
    app.add_option("--init", arguments->init, "the distribution's init")->capture_default_str();
    app.add_option("--size", arguments->size,
                   "size, and so the quota, of each blade image (K, M, G, T)")
        ->capture_default_str();
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto request, make_request(*arguments));
        return run_job_with_progress(context, http::Method::post, "/v1/images", to_json(request));
    };
}

}  // namespace dim::tool
