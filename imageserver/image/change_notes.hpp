#pragma once

#include "libdim/manifest/rescan.hpp"
#include "libdim/manifest/scan_cache.hpp"
#include "libdim/sys/fanotify.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>

namespace dim::server {

/// What was told of changes to a tree, by inodes: which paths those are is known once the tree was
/// looked at. Bounded: beyond that what changed is not known any more.
class ChangeNotes {
public:
    static constexpr std::size_t kLimit = 50'000;

    /// Both may be of other trees on the same file system: see keep().
    void add(const sys::FileChange& change);
    /// Only what has an inode of the tree. Sorted.
    void add(const sys::FileChange& change, std::span<const std::uint64_t> inodes);
    /// Forgets what has none of INODES, the tree's, sorted.
    void keep(std::span<const std::uint64_t> inodes);

    bool is_empty() const { return notes_.empty() && !is_too_much_; }
    /// There were more than kLimit.
    bool is_too_much() const { return is_too_much_; }
    /// The paths of TREE, as it was when the notes began, at which it may be another now.
    manifest::ChangedPaths paths(const manifest::ScannedTree& tree) const;

private:
    void insert(std::uint64_t inode, const std::string& name);

    /// Inode and name in it: none for all that has the inode, "." for a directory itself.
    std::set<std::pair<std::uint64_t, std::string>> notes_;
    bool is_too_much_ = false;
};

}  // namespace dim::server
