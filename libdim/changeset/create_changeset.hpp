#pragma once

#include "libdim/changeset/content.hpp"
#include "libdim/changeset/outline.hpp"
#include "libdim/manifest/manifest.hpp"
#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace dim::changeset {

struct Created {
    Outline outline;
    std::vector<Content> contents;
};

/// Hears what is done ("read", "write"), how much of it is done, and how much there is, 0 when
/// nobody knows: entries, then files.
using Progress = std::function<void(std::string_view what, std::uint64_t done, std::uint64_t all)>;

/// A tree whose files are where OPEN finds them.
struct Tree {
    const manifest::Manifest& manifest;
    /// The file of an entry of the manifest, from its beginning. Any thread may call.
    std::function<Result<sys::Fd>(const manifest::Entry&)> open;
};

/// Writes what makes the tree NEWER of the tree OLDER to the file OUTPUT (docs/changeset.md).
/// Errors: conflict, naming the path, when a file is not what its entry says; others of reading and
/// writing.
Result<Created> create(const Tree& older, const Tree& newer, const sys::Fd& output,
                       const Progress& progress);

/// The same for what is below two directories.
/// Nothing may change in either meanwhile. Errors: conflict, naming the path, when it does; others
/// of reading and writing.
Result<Created> create(const sys::Fd& older, const sys::Fd& newer, const sys::Fd& output,
                       const Progress& progress);

}  // namespace dim::changeset
