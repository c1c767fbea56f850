#include "libdim/sys/directory.hpp"
#include "tools/commands/changeset_file.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/changeset_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

/// Of a tree that is not what the changeset makes.
Error not_made(const std::string& target, changeset::Standing standing) {
    switch (standing) {
        case changeset::Standing::before:
            return Error(ErrorCode::conflict, target + " is as before the changeset")
                .with_cure("run 'dim changeset apply'");
        case changeset::Standing::unfinished:
            return Error(ErrorCode::conflict, "an apply to " + target + " was interrupted")
                .with_cure("run 'dim changeset apply' again, which goes on");
        default:
            return Error(ErrorCode::conflict,
                         target + " is neither as before the changeset nor as after it")
                .with_cure("make a changeset from the tree as it is");
    }
}

}  // namespace

Action changeset_verify(CLI::App& app) {
    auto file = std::make_shared<std::string>();
    auto target = std::make_shared<std::string>();
    add_changeset_argument(app, *file);
    app.add_option("TARGET", *target, "the tree that it was applied to")->required();
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const ChangesetFile opened, open_changeset(*file));
        DIM_TRY(const auto checked, read_changeset(opened));
        DIM_TRY(const sys::Fd root, sys::open_directory(*target));
        DIM_TRY(const changeset::Look look, changeset::look(checked.outline, root));
        std::cout << (context.json ? look_json(look) : differences_text(look.differences));
        if (look.standing == changeset::Standing::after) return {};
        return fail(not_made(*target, look.standing));
    };
}

}  // namespace dim::tool
