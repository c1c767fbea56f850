#pragma once

#include "libdim/manifest/scan_cache.hpp"

#include <vector>

namespace dim::manifest {

struct RescannedTree {
    ScannedTree tree;
    bool is_same = false;           ///< as it was, to the stamps
    bool has_same_entries = false;  ///< as it was, but for the stamps
};

/// OLD, but what it has IS_CHANGED there is LOOKED instead. IS_CHANGED is one for each entry of
/// OLD; LOOKED has no path that OLD has unchanged. Names of one file are all in one of both.
RescannedTree merge_scans(ScannedTree old, const std::vector<bool>& is_changed, ScannedTree looked);

}  // namespace dim::manifest
