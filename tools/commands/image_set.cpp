#include "libdim/api/image_request.hpp"
#include "libdim/sync/keep_out.hpp"
#include "libdim/sync/merge_selection.hpp"
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
    std::string on_conflict;

    Outcome<api::SetImage> request() const {
        api::SetImage request = settings;
        DIM_TRY(request.name, from_word(model::ImageName::parse(name)));
        if (!on_conflict.empty()) {
            DIM_TRY(request.on_conflict,
                    from_word("--on-conflict", model::parse_conflict_policy(on_conflict)));
        }
        if (request.keep_out)
            DIM_CHECK(
                from_word("--keep-out", sync::KeepOut::of({.image = {*request.keep_out, name}})));
        if (request.merge)
            DIM_CHECK(from_word("--merge", sync::MergeSelection::parse(*request.merge)));
        DIM_CHECK(from_word(api::check_settings(request)));
        return request;
    }
};

/// What the next sync of the image goes by.
void add_sync_options(CLI::App& app, ImageSetArguments& arguments) {
    app.add_option("--on-conflict", arguments.on_conflict,
                   "what becomes, in syncs, of what was changed on a blade and in the generation: "
                   "'ask': it stays, until 'dim sync resolve' decides; 'keep': it stays; "
                   "'overwrite': it becomes the generation's")
        ->type_name("POLICY");
    app.add_option("--keep-out", arguments.settings.keep_out,
                   "rules for paths of blades that syncs leave alone, as those of 'dim sync image "
                   "--keep-out', with ';' between; '' takes them away")
        ->type_name("RULES");
    app.add_option("--merge", arguments.settings.merge,
                   "which files syncs merge: all, none, or some of passwd, shadow, group, gshadow, "
                   "subuid, subgid, shells, dpkg-status, with ',' between")
        ->type_name("FILES");
}

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
    add_sync_options(app, *arguments);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const api::SetImage request, arguments->request());
        return run_job_with_progress(context, http::Method::put, "/v1/image-settings",
                                     to_json(request));
    };
}

}  // namespace dim::tool
