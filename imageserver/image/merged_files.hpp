#pragma once

#include "libdim/base/result.hpp"
#include "libdim/changeset/three_way.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/sys/fd.hpp"

#include <map>
#include <optional>
#include <string>

namespace dim::server {

/// The files of a blade image that many hands change (dim::sync::merge_for), merged in memory.
class MergedFiles final : public manifest::FileSource {
public:
    /// ROOT is the blade image's; the directories OLDER and NEWER have the files of the two
    /// generations. All outlive this.
    MergedFiles(const sys::Fd& root, const sys::Fd& older, const sys::Fd& newer)
        : root_(root), older_(older), newer_(newer) {}

    /// For changeset::ThreeWayRules: none for a file that is merged with nothing, and for one that
    /// is not of the form that its path says. Errors: io; conflict when the blade writes to it.
    Result<std::optional<changeset::ThreeWayRules::Merged>>
    merge(const manifest::Entry& older, const manifest::Entry& newer, const manifest::Entry& blade);
    bool has(const std::string& path) const { return texts_.contains(path); }
    Result<void> provide(const manifest::Entry& entry, const sys::Fd& directory,
                         const std::string& name) override;

private:
    const sys::Fd& root_;
    const sys::Fd& older_;
    const sys::Fd& newer_;
    std::map<std::string, std::string> texts_;  ///< by path
};

}  // namespace dim::server
