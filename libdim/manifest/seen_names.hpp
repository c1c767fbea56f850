#pragma once

#include "libdim/manifest/scan_cache.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace dim::manifest {

/// A name that a scan has seen.
struct SeenName {
    Entry entry;
    std::optional<Stamp> stamp;
    std::pair<std::uint64_t, std::uint64_t> inode;  ///< with its device
    bool has_other_names = false;
};

/// What was seen, in any order, as a tree. Names of one file that was changed between two looks at
/// it all get what was seen last; of a name that was seen twice one look counts.
ScannedTree tree_of(std::deque<SeenName> names);

}  // namespace dim::manifest
