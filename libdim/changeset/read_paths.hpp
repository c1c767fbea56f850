#pragma once

#include "libdim/changeset/outline.hpp"
#include "libdim/manifest/read_entry.hpp"
#include "libdim/manifest/seen_paths.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dim::changeset {

/// A file of the tree is read when it is no larger than this, in bytes, or than that of the
/// outline: what is larger differs from both anyway.
inline constexpr std::uint64_t kAlwaysRead = std::uint64_t{16} << 20;

/// What the file at a path is likely to hold; null when that is not known.
using KnownContents = std::function<const manifest::KnownContent*(const std::string& path)>;

/// What there is in a tree at some paths.
struct PathsRead {
    manifest::Manifest manifest;
    manifest::SeenPaths seen;
};

/// What there is below ROOT at the paths of OUTLINE. Of a file that is much larger than those of
/// the outline the digest is zeros. KNOWN, if any, makes it quicker. Errors name the path; conflict
/// where another file system is mounted.
Result<PathsRead> read_paths(const sys::Fd& root, const Outline& outline,
                             const KnownContents& known = {});

/// So many names are told of one directory.
inline constexpr std::size_t kNamesThatWouldGo = 1000;

/// What is in the directories that OUTLINE removes or replaces, and not in its older tree: it would
/// go with them. By path, the first kNamesThatWouldGo of each directory; errors name the path.
Result<std::vector<std::string>> names_that_would_go(const sys::Fd& root, const Outline& outline);

}  // namespace dim::changeset
