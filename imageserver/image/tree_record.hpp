#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/compare.hpp"
#include "libdim/manifest/scan_tree.hpp"
#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

/// What a tree of a generation held when it was imported: STEM.manifest, and STEM.cache, by which
/// it is looked at again without reading every file.
struct TreeRecord {
    manifest::ScannedTree tree;  ///< without a cache when that is missing or damaged
    std::string digest;
};

/// Scans the tree below ROOT, an ext4 of our own, and makes both files, on the disk when it
/// returns. PROGRESS, if any, hears how many entries there were. Returns the digest.
Result<std::string> record_tree(const sys::Fd& root, const std::string& stem,
                                const std::function<void(std::uint64_t entries)>& progress);

/// What the tree below ROOT, an ext4 of our own, holds; PREVIOUS, if any, is not read again.
Result<manifest::ScannedTree> scan_image_tree(const sys::Fd& root,
                                              const manifest::ScannedTree* previous);

/// Makes both files, on the disk when it returns; returns the digest.
Result<std::string> write_tree_record(const manifest::ScannedTree& tree, const std::string& stem);
/// Makes one file that must not be there, on the disk when it returns.
Result<void> write_record_file(const std::string& path, const std::string& bytes);
/// Deletes both, if they are there.
Result<void> remove_tree_record(const std::string& stem);
std::string manifest_file(const std::string& stem);

/// None when there is no such file: the tree is of a time before manifests. Errors: invalid_input
/// when it is damaged, with the cure.
Result<std::optional<TreeRecord>> read_tree_record(const std::string& stem);

/// How the tree below ROOT differs from what was recorded.
Result<std::vector<manifest::Difference>> check_tree(const sys::Fd& root, const TreeRecord& record);

}  // namespace dim::server
