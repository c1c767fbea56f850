#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/lines.hpp"
#include "libdim/manifest/manifest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::manifest {

/// How a file system tells that nothing of a file was changed: the same inode, and nobody can set
/// the time of its last change.
struct Stamp {
    std::uint64_t inode = 0;
    sys::FileTime changed;

    bool operator==(const Stamp&) const = default;
};

/// A stamp for each entry of a manifest, in its order. None where the last change was so short
/// before the scan that another one could have the same time.
using ScanCache = std::vector<std::optional<Stamp>>;

/// A manifest, and what another scan of the same tree need not read again.
struct ScannedTree {
    Manifest manifest;
    ScanCache cache;
    /// Of each entry, in its order; in memory alone: of a tree that was read from a file, none.
    std::vector<std::uint64_t> inodes = {};
};

/// The cache as a file beside the manifest whose digest is DIGEST (docs/manifest.md).
std::string to_text(const ScanCache& cache, std::string_view digest);
/// The same for SINK. Errors: those of SINK.
Result<void> write_text(const ScanCache& cache, std::string_view digest, const TextSink& sink);

/// Errors: invalid_input, also for the cache of a manifest with another digest or another number of
/// entries; with the line and the cause.
Result<ScanCache> parse_scan_cache(std::string_view text, std::string_view digest,
                                   std::size_t entries);

}  // namespace dim::manifest
