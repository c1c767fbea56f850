#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/manifest.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dim::manifest {

/// What makes one manifest of another.
struct Delta {
    std::vector<std::string> removed;  ///< paths, in order
    std::vector<Entry> put;            ///< what is new or different, in order

    bool operator==(const Delta&) const = default;
};

Delta delta_between(const Manifest& from, const Manifest& to);

/// Errors: invalid_input when DELTA is not one of FROM.
Result<Manifest> apply(const Delta& delta, Manifest from);

/// The delta as a file (docs/manifest.md): FROM and TO are the digests of the two manifests.
std::string to_text(const Delta& delta, std::string_view from, std::string_view to);

/// What a delta says of itself.
struct DeltaText {
    Delta delta;
    std::string from;  ///< digests
    std::string to;
};
/// Errors: invalid_input for a text that to_text did not write, limit_exceeded beyond a limit of
/// manifests; with the line and the cause.
Result<DeltaText> parse_delta(std::string_view text);

}  // namespace dim::manifest
