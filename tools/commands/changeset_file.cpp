#include "tools/commands/changeset_file.hpp"

#include "libdim/sys/file.hpp"

#include <CLI/CLI.hpp>
#include <utility>

namespace dim::tool {

void add_changeset_argument(CLI::App& app, std::string& file) {
    app.add_option("FILE", file, "what 'dim changeset create' wrote; '-' is standard input")
        ->required();
}

Outcome<ChangesetFile> open_changeset(const std::string& file) {
    ChangesetFile opened;
    opened.name = file == "-" ? "standard input" : file;
    std::string path = file;
    if (file == "-") {
        DIM_TRY(const sys::Fd input, sys::open("/dev/stdin", O_RDONLY));
        DIM_TRY(opened.spooled, sys::SpoolFile::copy(input, "/var/tmp/dim-changeset-"));
        path = opened.spooled->path();
    }
    DIM_TRY(opened.fd, sys::open(path, O_RDONLY));
    return opened;
}

Result<changeset::CheckedChangeset> read_changeset(const ChangesetFile& file) {
    auto checked = changeset::check_changeset(file.fd);
    if (!checked) return fail(std::move(checked).error().with_context(file.name));
    return checked;
}

}  // namespace dim::tool
