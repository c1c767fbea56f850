#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/merge_scans.hpp"
#include "libdim/manifest/scan_tree.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dim::manifest {

/// Paths of a tree at which something may have changed: "usr/bin/env"; "" is the root.
class ChangedPaths {
public:
    /// PATH with all that is below it.
    void add(const std::string& path);
    /// PATH itself alone.
    void add_entry(const std::string& path);

    bool is_empty() const { return whole_.empty() && names_.empty(); }
    /// As ScanSettings::names has it: only what leads to one of them, and what is below.
    std::optional<std::vector<std::string>> names(const std::string& directory) const;
    /// By their bytes; the ways to each are among the entries.
    const std::set<std::string>& whole() const { return whole_; }
    std::set<std::string> entries() const;

    /// Whether PATH is one of them that are meant with all below, or below one.
    bool is_whole(std::string_view path) const;

private:
    std::map<std::string, std::set<std::string>> names_;  ///< by their directory
    std::set<std::string> whole_;
};

/// What the tree below ROOT holds, when it differs from PREVIOUS at CHANGED alone: only these are
/// looked at, and what is on the way to them. Names of one file are found as by scan_tree(). All of
/// SETTINGS but names and previous count.
///
/// Errors: those of scan_tree(); conflict when it differs elsewhere, too, as far as that is seen;
/// invalid_input for a PREVIOUS without inodes.
Result<RescannedTree> rescan_tree(const sys::Fd& root, ScannedTree previous, ChangedPaths changed,
                                  const ScanSettings& settings);

}  // namespace dim::manifest
