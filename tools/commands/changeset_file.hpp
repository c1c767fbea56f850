#pragma once

#include "libdim/changeset/changeset_reader.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/spool_file.hpp"
#include "tools/failure.hpp"

#include <optional>
#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace dim::tool {

/// A changeset that was named on the command line, open for reading.
struct ChangesetFile {
    std::string name;                       ///< for messages
    std::optional<sys::SpoolFile> spooled;  ///< of standard input
    sys::Fd fd;
};

/// Adds the argument FILE.
void add_changeset_argument(CLI::App& app, std::string& file);
/// "-" is standard input, which is read to its end first.
Outcome<ChangesetFile> open_changeset(const std::string& file);
/// What it says. Errors: those of changeset::check_changeset, with its name.
Result<changeset::CheckedChangeset> read_changeset(const ChangesetFile& file);

}  // namespace dim::tool
