#include "libdim/changeset/create_changeset.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"
#include "tools/output/changeset_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

struct ChangesetCreateArguments {
    std::string older;
    std::string newer;
    std::string output;
};

Result<changeset::Created> create(const Context& context, const ChangesetCreateArguments& arguments,
                                  const std::string& part) {
    DIM_TRY(const sys::Fd older, sys::open_directory(arguments.older));
    DIM_TRY(const sys::Fd newer, sys::open_directory(arguments.newer));
    DIM_TRY(const sys::Fd output, sys::open(part, O_RDWR | O_CREAT | O_EXCL, 0644));
    const JobProgress progress(context);
    DIM_TRY(auto created,
            changeset::create(older, newer, output,
                              [&](std::string_view what, std::uint64_t done, std::uint64_t all) {
                                  progress.draw(
                                      {.progress = std::string(what), .step = done, .steps = all});
                              }));
    DIM_CHECK(sys::fsync(output));
    DIM_CHECK(sys::rename(part, arguments.output));
    return created;
}

}  // namespace

Action changeset_create(CLI::App& app) {
    auto arguments = std::make_shared<ChangesetCreateArguments>();
    app.add_option("OLDER", arguments->older, "a tree as it was")->required();
    app.add_option("NEWER", arguments->newer, "the same as it is to be")->required();
    app.add_option("-o,--output", arguments->output, "the file to write")
        ->required()
        ->type_name("FILE");
    return [=](Context& context) -> Outcome<> {
        const std::string part = arguments->output + ".part";
        const auto created = create(context, *arguments, part);
        if (!created) {
            if (created.error().code() != ErrorCode::already_exists) (void)sys::unlink(part);
            return fail(created.error());
        }
        std::cout << (context.json ? changeset_json(created->outline, created->contents)
                                   : amounts_text(created->outline, created->contents));
        return {};
    };
}

}  // namespace dim::tool
