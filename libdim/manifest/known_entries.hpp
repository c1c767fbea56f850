#pragma once

#include "libdim/manifest/scan_cache.hpp"
#include "libdim/sys/file.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace dim::manifest {

/// What an earlier scan knows, by path.
class KnownEntries {
public:
    /// TREE, if any, outlives this and stays as it is. FEW: not many paths will be asked for, so
    /// nothing is prepared.
    KnownEntries(const ScannedTree* tree, bool few);

    /// The index of the entry of PATH, when STATUS proves that it is still true.
    std::optional<std::size_t> find(std::string_view path, const sys::FileStatus& status) const;

private:
    std::optional<std::size_t> index_of(std::string_view path) const;

    const ScannedTree* tree_;
    /// Indices by the hash of the path, from 1; 0: none. Of two that want the same place, the
    /// second is in the next free one. As many as a power of two.
    std::vector<std::uint32_t> places_;
};

}  // namespace dim::manifest
