#include "libdim/changeset/create_changeset.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/file_lock.hpp"
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

/// One that is interrupted leaves it, and the next one begins it anew.
Result<sys::Fd> open_part(const std::string& part) {
    DIM_TRY(sys::Fd output, sys::open(part, O_RDWR | O_CREAT, 0644));
    if (auto locked = sys::lock_file(output); !locked)
        return fail(std::move(locked).error().with_context(part));
    DIM_CHECK(sys::ftruncate(output, 0));
    return output;
}

Result<changeset::Created> create(const Context& context, const ChangesetCreateArguments& arguments,
                                  const sys::Fd& output) {
    DIM_TRY(const sys::Fd older, sys::open_directory(arguments.older));
    DIM_TRY(const sys::Fd newer, sys::open_directory(arguments.newer));
    const JobProgress progress(context);
    DIM_TRY(auto created,
            changeset::create(older, newer, output,
                              [&](std::string_view what, std::uint64_t done, std::uint64_t all) {
                                  progress.draw(
                                      {.progress = std::string(what), .step = done, .steps = all});
                              }));
    DIM_CHECK(sys::fsync(output));
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
        DIM_TRY(const sys::Fd output, open_part(part));
        const auto created = create(context, *arguments, output);
        if (!created) {
            (void)sys::unlink(part);
            return fail(created.error());
        }
        DIM_CHECK(sys::rename(part, arguments->output));
        std::cout << (context.json ? changeset_json(created->outline, created->contents)
                                   : amounts_text(created->outline, created->contents));
        return {};
    };
}

}  // namespace dim::tool
