#include "libdim/api/image_request.hpp"
#include "tools/commands/commands.hpp"
#include "tools/commands/master_options.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

namespace {

struct ImageUpdateArguments {
    std::string name;
    MasterArguments master;
    std::string label;
    std::vector<std::string> shared;
    std::vector<std::string> paths;
    bool is_scan = false;
};

Outcome<api::UpdateImage> make_update(const ImageUpdateArguments& arguments) {
    DIM_TRY(auto name, from_word(model::ImageName::parse(arguments.name)));
    api::UpdateImage request{.name = std::move(name), .source = {}, .label = arguments.label};
    if (!arguments.master.source.empty()) {
        DIM_TRY(request.source, parse_master(arguments.master));
    } else if (arguments.master.has_options()) {
        return wrong_usage(Error(ErrorCode::invalid_input, "what is left out depends on SOURCE")
                               .with_cure("name SOURCE, too; without it all is as the last time"));
    }
    if (!arguments.shared.empty()) request.shared = arguments.shared;
    if (!arguments.paths.empty()) request.paths = arguments.paths;
    if (arguments.is_scan) request.scan = true;
    DIM_CHECK(from_word(api::check_update(request)));
    return request;
}

}  // namespace

Action image_update(CLI::App& app) {
    auto arguments = std::make_shared<ImageUpdateArguments>();
    app.add_option("IMAGE", arguments->name, "the image")->required();
    add_source(app, arguments->master, "; unless given, all is as the last time");
    app.add_option("--label", arguments->label, "what is to be remembered of it");
    app.add_option(
           "--shared", arguments->shared,
           "first-level directories that blades of this generation share, read-only; unless "
           "given, those of the last one")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("DIRECTORY,...");
    app.add_option(
           "--path", arguments->paths,
           "only this path of a master that is a directory, with what is below it; all else "
           "stays as the newest generation has it")
        ->allow_extra_args(false)
        ->type_name("PATH");
    app.add_flag("--scan", arguments->is_scan,
                 "look at all of a master that is a directory, also when the kernel told what "
                 "changed of it");
    add_master_options(app, arguments->master);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(auto request, make_update(*arguments));
        std::optional<sys::SpoolFile> spooled;
        if (request.source) {
            DIM_TRY(spooled, read_standard_input(arguments->master, request.source->source));
        }
        return run_job_with_progress(context, http::Method::post, "/v1/image-generations",
                                     to_json(request));
    };
}

}  // namespace dim::tool
