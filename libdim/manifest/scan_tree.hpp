#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/manifest_text.hpp"
#include "libdim/manifest/merge_scans.hpp"
#include "libdim/manifest/read_entry.hpp"
#include "libdim/manifest/scan_cache.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/tree_filter.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace dim::manifest {

/// A file system stamps with a clock that stands still for some milliseconds: two changes of one
/// such moment cannot be told apart. Microseconds.
inline constexpr std::int64_t kClockResolutionUs = 100'000;

struct ScanSettings {
    /// An earlier scan of the same tree; files that its cache vouches for are not read again.
    const ScannedTree* previous = nullptr;
    unsigned threads = 0;  ///< 0: as many as there are processors
    sys::TreeFilter filter = {};
    /// Which names in the directory of a path are looked at instead of all that it has; none: all.
    /// Any thread may ask.
    std::function<std::optional<std::vector<std::string>>(const std::string& path)> names = {};
    /// Of files that no cache vouches for.
    Content content = Content::read;
    std::uint64_t entries_limit = kEntriesLimit;
    /// Of names, link targets and attributes, which whoever wrote the tree may have made long.
    std::uint64_t names_limit = std::numeric_limits<std::uint64_t>::max();
    /// Hears now and then how many entries there were; on the thread that called scan_tree.
    std::function<void(std::uint64_t entries)> progress = {};
};

/// What the tree below the directory ROOT holds. Everything is reached through descriptors, no link
/// is followed, and no other file system is entered unless the filter enters it: of a directory
/// that another one is mounted on there is its entry alone, and of a file that is one nothing.
///
/// A name that goes away meanwhile is left out. What changes while it is read is read again;
/// errors: conflict, naming the path, when that does not end. Others name the path, too. The tree
/// as a whole is what the threads have seen one after the other: to have it of one instant, let
/// nobody write. limit_exceeded beyond a limit.
Result<ScannedTree> scan_tree(const sys::Fd& root, const ScanSettings& settings);

/// The same of a tree that was PREVIOUS, of which all that is still true is taken over as it is:
/// what a scan costs in time and memory is hardly more than to look at each name then. Of SETTINGS
/// names and previous do not count.
Result<RescannedTree> scan_tree_again(const sys::Fd& root, ScannedTree previous,
                                      const ScanSettings& settings);

}  // namespace dim::manifest
