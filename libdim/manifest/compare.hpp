#pragma once

#include "libdim/manifest/manifest.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dim::manifest {

enum class DifferenceKind {
    created,   ///< only the newer tree has it
    removed,   ///< only the older one
    content,   ///< another type, content, target or device, and perhaps other metadata
    metadata,  ///< other metadata only
};

/// "created", "removed", "content", "metadata"
std::string_view to_string(DifferenceKind kind);

struct Difference {
    std::string path;  ///< as in Entry
    DifferenceKind kind;
    /// What differs, when both have it: "type", "size", "content", "target", "device", "mode",
    /// "owner", "group", "modified", "hard links", "attributes".
    std::vector<std::string> aspects;

    bool operator==(const Difference&) const = default;
};

/// What makes NEWER differ from OLDER, by path; none when they are the same.
std::vector<Difference> compare(const Manifest& older, const Manifest& newer);

/// "content   usr/bin/env (size, content, modified)": a line for people, the path escaped as in a
/// manifest.
std::string to_string(const Difference& difference);

}  // namespace dim::manifest
