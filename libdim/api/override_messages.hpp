#pragma once

#include "libdim/api/json.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"

#include <optional>
#include <string>
#include <vector>

/// What the administrator's programs and the daemon say to each other about what differs per blade
/// in its image (docs/api/openapi.json).
namespace dim::api {

/// POST /v1/overrides/look: what differs per blade in the images of BLADES.
struct OverrideQuery {
    std::vector<model::ComponentName> blades;    ///< at most limits::kOverrideBlades
    std::optional<model::ImageName> image = {};  ///< of this image alone
    std::optional<std::string> path = {};        ///< of this file alone, with its text: "/etc/motd"

    bool operator==(const OverrideQuery&) const = default;
};

/// A file of a blade's image that DIM writes.
struct OverrideFile {
    std::string path;        ///< "/etc/motd"
    std::string rule;        ///< "built-in hosts"; the template: "group/gpu/etc/motd"
    std::string state;       ///< "current", "missing", "outdated", "changed", "leftover", "problem"
    bool is_secret = false;  ///< its text is never told
    std::vector<std::string> instead_of = {};      ///< weaker rules for the same file
    std::optional<std::string> note = {};          ///< more about the state
    std::optional<model::Timestamp> written = {};  ///< when DIM wrote it
    /// What the rule says, where one file was asked for that is a text, no secret, and at most
    /// limits::kOverrideTextBytes long.
    std::optional<std::string> text = {};

    bool operator==(const OverrideFile&) const = default;
};

/// A rule that writes nothing into an image.
struct IdleOverride {
    std::string rule;
    std::string reason;

    bool operator==(const IdleOverride&) const = default;
};

struct ImageOverrides {
    model::ComponentName blade;
    model::ImageName image;
    std::vector<OverrideFile> files = {};  ///< by path
    std::vector<IdleOverride> idle = {};
    std::optional<Problem> problem = {};  ///< why nobody can say

    bool operator==(const ImageOverrides&) const = default;
};

struct OverrideList {
    std::vector<ImageOverrides> images;

    bool operator==(const OverrideList&) const = default;
};

/// PUT /v1/overrides: write what is missing or outdated in the blade images of IMAGE.
struct ApplyOverrides {
    model::ImageName image;
    std::vector<model::ComponentName> blades;
    bool is_forced = false;  ///< what the blade changed itself, too

    bool operator==(const ApplyOverrides&) const = default;
};

}  // namespace dim::api
