#include "tools/commands/master_options.hpp"

#include "libdim/api/image_request.hpp"
#include "libdim/sys/file.hpp"

#include <filesystem>

namespace dim::tool {

namespace {

Outcome<model::MasterSource> parse_source(const std::string& text) {
    if (text.starts_with("ssh://")) return from_word("SOURCE", model::MasterSource::parse(text));
    if (text == "-") return from_word(model::MasterSource::parse("/dev/stdin"));
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

}  // namespace

CLI::Option* add_source(CLI::App& app, MasterArguments& arguments, const std::string& more) {
    return app.add_option("SOURCE", arguments.source,
                          "where the distribution is: on the image server its root directory, a "
                          "tar file or an OCI image; or a running machine, "
                          "ssh://[USER@]HOST[:PORT][/PATH]; or -, a tar file on standard input" +
                              more);
}

void add_master_options(CLI::App& app, MasterArguments& arguments) {
    app.add_option("--exclude", arguments.exclude, exclude_help())
        ->type_name("PATTERN")
        ->allow_extra_args(false);
    app.add_flag("--no-default-exclude", arguments.no_default_exclude,
                 "leave out only what --exclude says");
    app.add_flag(
        "--one-file-system", arguments.one_file_system,
        "leave out what is mounted below SOURCE; else other disks of its machine belong to "
        "it");
}

Outcome<std::optional<sys::SpoolFile>> read_standard_input(const MasterArguments& arguments,
                                                           model::MasterSource& source) {
    if (arguments.source != "-") return std::nullopt;
    DIM_TRY(const sys::Fd input, sys::open("/dev/stdin", O_RDONLY));
    auto spool = sys::SpoolFile::copy(input, "/var/tmp" + std::string(api::kSpooledInput));
    if (!spool && spool.error().code() == ErrorCode::invalid_input)
        return wrong_usage(std::move(spool)
                               .error()
                               .with_context("standard input")
                               .with_cure("pipe a tar file into it, or name a file"));
    if (!spool)
        return fail(std::move(spool)
                        .error()
                        .with_context("standard input")
                        .with_cure("write the archive to a disk with more space, and name it"));
    if (spool->bytes() == 0) {
        return wrong_usage(Error(ErrorCode::invalid_input, "there is nothing on standard input")
                               .with_cure("see whether the command before the pipe has failed"));
    }
    DIM_TRY(source, model::MasterSource::parse(spool->path()));
    return *std::move(spool);
}

Outcome<api::ImageSource> parse_master(const MasterArguments& arguments) {
    DIM_TRY(auto source, parse_source(arguments.source));
    api::ImageSource master{
        .source = std::move(source), .exclude = {}, .one_file_system = arguments.one_file_system};
    if (!arguments.no_default_exclude) master.exclude = api::default_exclusions();
    master.exclude.insert(master.exclude.end(), arguments.exclude.begin(), arguments.exclude.end());
    return master;
}

}  // namespace dim::tool
