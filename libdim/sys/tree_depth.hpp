#pragma once

namespace dim::sys {

/// How deep a directory tree may be that we walk: each level takes stack and descriptors.
inline constexpr int kTreeDepthLimit = 256;

}  // namespace dim::sys
