#include "libdim/api/image_request.hpp"
#include "libdim/model/byte_size.hpp"
#include "tools/commands/commands.hpp"
#include "tools/commands/master_options.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

namespace {

struct ImageImportArguments {
    std::string name;
    MasterArguments master;
    std::string architecture;
    std::vector<std::string> shared;
    std::string init = "/sbin/init";
    std::string size = "1G";
    std::optional<std::string> file_system;
};

Outcome<api::ImportImage> make_request(const ImageImportArguments& arguments) {
    DIM_TRY(auto name, from_word(model::ImageName::parse(arguments.name)));
    DIM_TRY(const auto architecture,
            from_word("--arch", model::parse_architecture(arguments.architecture)));
    DIM_TRY(const auto size, from_word("--size", model::ByteSize::parse(arguments.size)));
    std::optional<model::FileSystem> file_system;
    if (arguments.file_system) {
        DIM_TRY(file_system,
                from_word("--file-system", model::parse_file_system(*arguments.file_system)));
    }
    DIM_TRY(auto master, parse_master(arguments.master));
    api::ImportImage request{.name = std::move(name),
                             .architecture = architecture,
                             .source = std::move(master.source),
                             .shared = {},
                             .init = arguments.init,
                             .blade_image_bytes = size.bytes(),
                             .exclude = std::move(master.exclude),
                             .one_file_system = master.one_file_system,
                             .file_system = file_system};
    if (!arguments.shared.empty()) request.shared = arguments.shared;
    DIM_CHECK(from_word(api::check_import(request)));
    return request;
}

}  // namespace

Action image_import(CLI::App& app) {
    auto arguments = std::make_shared<ImageImportArguments>();
    app.add_option("NAME", arguments->name, "name of the new image")->required();
    add_source(app, arguments->master)->required();
    app.add_option("--arch", arguments->architecture, "ppc64, ppc64le, x86_64 or aarch64")
        ->required();
    app.add_option(
           "--shared", arguments->shared,
           "first-level directories that all blades share, read-only; unless given, those of "
           "bin, lib*, opt, sbin and usr that are no links")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("DIRECTORY,...");
    app.add_option("--init", arguments->init, "the distribution's init")->capture_default_str();
    app.add_option("--size", arguments->size,
                   "size, and so the quota, of each blade image (K, M, G, T)")
        ->capture_default_str();
    app.add_option("--file-system", arguments->file_system,
                   "of blade images: ext4, or xfs, which can only become larger")
        ->default_str("ext4");
    add_master_options(app, arguments->master);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(auto request, make_request(*arguments));
        DIM_TRY(const auto spooled, read_standard_input(arguments->master, request.source));
        return run_job_with_progress(context, http::Method::post, "/v1/images", to_json(request));
    };
}

}  // namespace dim::tool
