#pragma once

#include "libdim/manifest/manifest.hpp"
#include "libdim/manifest/read_entry.hpp"
#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace dim::server {

/// What the small files of a tree hold: read once, for all blade images.
class SmallFiles {
public:
    /// Larger ones are left out, and what comes when there are so many bytes.
    static constexpr std::uint64_t kLargest = std::uint64_t{4} << 20;
    static constexpr std::uint64_t kMostBytes = std::uint64_t{32} << 20;

    SmallFiles() = default;
    /// Of the files of TREE below ROOT; one that cannot be read, or is not what TREE says, is left
    /// out.
    SmallFiles(const sys::Fd& root, const manifest::Manifest& tree);
    /// Null for a path that is not among them.
    const manifest::KnownContent* find(const std::string& path) const;

private:
    std::unordered_map<std::string, manifest::KnownContent> contents_;
};

}  // namespace dim::server
