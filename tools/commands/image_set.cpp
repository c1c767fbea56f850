#include "libdim/api/image_request.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

namespace {

struct ImageSetArguments {
    std::string name;
    api::SetImage settings{.name = *model::ImageName::parse("unset"),
                           .init = {},
                           .nfs_version = {},
                           .nfs_actimeo_seconds = {},
                           .nfs_nconnect = {}};
};

}  // namespace

Action image_set(CLI::App& app) {
    auto arguments = std::make_shared<ImageSetArguments>();
    api::SetImage& settings = arguments->settings;
    app.add_option("IMAGE", arguments->name, "the image")->required();
    app.add_option("--init", settings.init, "the distribution's init");
    app.add_option("--nfs-version", settings.nfs_version, "4.1 or 4.2");
    app.add_option("--actimeo", settings.nfs_actimeo_seconds,
                   "so many seconds blades keep attributes of files: so soon they see changes")
        ->type_name("SECONDS");
    app.add_option("--nconnect", settings.nfs_nconnect, "TCP connections of each mount, 1 to 16")
        ->type_name("N");
    return [=](Context& context) -> Outcome<> {
        api::SetImage request = arguments->settings;
        DIM_TRY(request.name, from_word(model::ImageName::parse(arguments->name)));
        DIM_CHECK(from_word(api::check_settings(request)));
        return run_job_with_progress(context, http::Method::put, "/v1/image-settings",
                                     to_json(request));
    };
}

}  // namespace dim::tool
