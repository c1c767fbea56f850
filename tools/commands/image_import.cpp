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
    std::string source;
    std::string architecture;
    std::vector<std::string> shared{"usr", "opt"};
    std::string init = "/sbin/init";
    std::string size = "1G";
    std::vector<std::string> exclude;
    bool no_default_exclude = false;
    bool one_file_system = false;
};

/// A path is meant as seen from here.
Outcome<model::MasterSource> parse_source(const std::string& text) {
    if (text.starts_with("ssh://") || text == "-")
        return from_word("SOURCE", model::MasterSource::parse(text));
    std::error_code error;
    const auto path = std::filesystem::absolute(text, error);
    if (error) return fail(ErrorCode::invalid_input, text + ": " + error.message());
    return from_word("SOURCE", model::MasterSource::parse(path.lexically_normal().string()));
}

std::string exclude_help() {
    std::string text = "leave out what fits PATTERN, '/var/log/*' or '*.bak', and all below it; "
                       "besides";
    const char* before = " ";
    for (const std::string& pattern : api::default_exclusions()) {
        text.append(before).append(pattern);
        before = ", ";
    }
    return text;
}

Outcome<api::ImportImage> make_request(const ImageImportArguments& arguments) {
    DIM_TRY(auto name, from_word(model::ImageName::parse(arguments.name)));
    DIM_TRY(const auto architecture,
            from_word("--arch", model::parse_architecture(arguments.architecture)));
    DIM_TRY(const auto size, from_word("--size", model::ByteSize::parse(arguments.size)));
    DIM_TRY(auto source, parse_source(arguments.source));
    api::ImportImage request{.name = std::move(name),
                             .architecture = architecture,
                             .source = std::move(source),
                             .shared = arguments.shared,
                             .init = arguments.init,
                             .blade_image_bytes = size.bytes(),
                             .exclude = {},
                             .one_file_system = arguments.one_file_system};
    if (!arguments.no_default_exclude) request.exclude = api::default_exclusions();
    request.exclude.insert(request.exclude.end(), arguments.exclude.begin(),
                           arguments.exclude.end());
    DIM_CHECK(from_word(api::check_import(request)));
    return request;
}

}  // namespace

Action image_import(CLI::App& app) {
    auto arguments = std::make_shared<ImageImportArguments>();
    app.add_option("NAME", arguments->name, "name of the new image")->required();
    app.add_option("SOURCE", arguments->source,
                   "where the distribution is: on the image server its root directory, a tar file "
                   "or an OCI image; or a running machine, ssh://[USER@]HOST[:PORT][/PATH]")
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
    app.add_option("--exclude", arguments->exclude, exclude_help())
        ->type_name("PATTERN")
        ->allow_extra_args(false);
    app.add_flag("--no-default-exclude", arguments->no_default_exclude,
                 "leave out only what --exclude says");
    app.add_flag(
        "--one-file-system", arguments->one_file_system,
        "leave out what is mounted below SOURCE; else other disks of its machine belong to "
        "it");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto request, make_request(*arguments));
        return run_job_with_progress(context, http::Method::post, "/v1/images", to_json(request));
    };
}

}  // namespace dim::tool
