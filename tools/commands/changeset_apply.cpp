#include "libdim/sys/directory.hpp"
#include "tools/commands/changeset_file.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"
#include "tools/output/changeset_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

struct ChangesetApplyArguments {
    std::string file;
    std::string target;
    bool is_dry_run = false;
};

Outcome<> show_what_would_be_done(const Context& context, const ChangesetFile& file,
                                  const sys::Fd& root) {
    DIM_TRY(const auto checked, read_changeset(file));
    DIM_TRY(const changeset::Look look, changeset::look(checked.outline, root));
    if (context.json) {
        std::cout << look_json(look);
    } else if (look.standing != changeset::Standing::after) {
        std::cout << differences_text(look.standing == changeset::Standing::other
                                          ? look.differences
                                          : differences_of(checked.outline));
    }
    if (look.standing == changeset::Standing::other) return fail(stands_otherwise(look));
    return {};
}

}  // namespace

Action changeset_apply(CLI::App& app) {
    auto arguments = std::make_shared<ChangesetApplyArguments>();
    add_changeset_argument(app, arguments->file);
    app.add_option("TARGET", arguments->target, "the tree: as the older one was")->required();
    app.add_flag("--dry-run", arguments->is_dry_run, "name what would change, and change nothing");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const ChangesetFile opened, open_changeset(arguments->file));
        DIM_TRY(const sys::Fd root, sys::open_directory(arguments->target));
        if (arguments->is_dry_run) return show_what_would_be_done(context, opened, root);
        DIM_CHECK(read_changeset(opened));
        const JobProgress progress(context);
        DIM_TRY(
            const changeset::Standing was,
            changeset::apply(
                opened.fd, root, [&](std::string_view what, std::uint64_t done, std::uint64_t all) {
                    progress.draw({.progress = std::string(what), .step = done, .steps = all});
                }));
        if (context.json)
            std::cout << look_json({.standing = changeset::Standing::after, .differences = {}});
        else if (was == changeset::Standing::after)
            std::cout << arguments->target << " is as after the changeset already\n";
        return {};
    };
}

}  // namespace dim::tool
