#pragma once

#include "libdim/api/json.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the administrator's programs and the daemon say to each other about what is in blade images
/// and whether they are sound (docs/api/openapi.json). Paths in answers are escaped as in a
/// manifest; very long ones are cut.
namespace dim::api {

namespace limits {

inline constexpr std::size_t kAskedPathBytes = 3 * 4096;  ///< escaped, a byte can take three
inline constexpr std::size_t kShownFileBytes = 16 * 1024 * 1024;

}  // namespace limits

/// POST /v1/blade-differences: what of a blade's own files is not as its generation has it.
struct BladeQuestion {
    model::ComponentName blade;
    std::optional<model::ImageName> image = {};  ///< absent: the one assigned, or the only one

    bool operator==(const BladeQuestion&) const = default;
};

/// A file of a blade that is not as its generation has it.
struct BladeTreeDifference {
    std::string path;                  ///< "etc/motd"
    std::string kind;                  ///< "created", "removed", "content", "metadata"
    std::vector<std::string> aspects;  ///< "size", "mode", …; none when created or removed
    std::optional<std::string> rule;   ///< by which DIM wrote it: "built-in hosts"

    bool operator==(const BladeTreeDifference&) const = default;
};

struct BladeDifference {
    model::ComponentName blade;
    model::ImageName image;
    model::Generation generation;
    std::uint64_t difference_count;
    std::vector<BladeTreeDifference> differences;  ///< the first of them, by path

    bool operator==(const BladeDifference&) const = default;
};

/// One line of the answer (application/x-ndjson): progress lines, then one with "difference" or
/// "problem".
struct BladeDifferenceLine {
    std::optional<std::string> progress = {};
    std::optional<std::uint64_t> step = {};  ///< of STEPS
    std::optional<std::uint64_t> steps = {};
    std::optional<BladeDifference> difference = {};
    std::optional<Problem> problem = {};

    bool operator==(const BladeDifferenceLine&) const = default;
};

/// POST /v1/path-explanations and /v1/blade-files: of one file, as the blade sees it.
struct PathQuestion {
    model::ComponentName blade;
    std::optional<model::ImageName> image = {};  ///< absent: the one assigned, or the only one
    std::string path;  ///< "/etc/motd"; \xx stands for the byte of these hexadecimal digits

    bool operator==(const PathQuestion&) const = default;
};

/// Why a file of a blade is as it is.
struct PathExplanation {
    model::ComponentName blade;
    model::ImageName image;
    model::Generation generation;
    std::string path;  ///< "/etc/motd"
    std::string part;  ///< "shared": no blade can change it; "private": the blade's own
    /// "generation": as that has it; "override": as DIM wrote it; "changed", "created", "removed":
    /// by the blade; "kept out" of the image, by a pattern; "absent": it never was there.
    std::string state;
    std::vector<std::string> aspects = {};  ///< in which it differs from the generation
    std::optional<std::string> type = {};   ///< of what is there: "file", "directory", "symlink", …
    std::optional<std::string> target = {};   ///< of a symlink, escaped
    std::optional<std::uint64_t> size = {};   ///< of a file, in bytes
    std::optional<std::string> mode = {};     ///< "0644"
    std::optional<std::uint32_t> owner = {};  ///< its number
    std::optional<std::uint32_t> group = {};  ///< its number
    std::optional<model::Timestamp> modified = {};
    std::optional<std::string> rule = {};          ///< by which DIM wrote it
    std::optional<model::Timestamp> written = {};  ///< when DIM did
    std::optional<std::string> pattern = {};       ///< by which it was kept out

    bool operator==(const PathExplanation&) const = default;
};

/// What `dim blade cat --json` prints; on the wire a file is its bytes.
struct BladeFileText {
    std::string path;
    std::string text;  ///< what is no UTF-8 is replaced

    bool operator==(const BladeFileText&) const = default;
};

/// POST /v1/blade-image-checks: examines the file systems of blade images that are not exported.
struct CheckBladeImages {
    model::ImageName image;
    std::vector<model::ComponentName> blades;
    bool is_repair = false;  ///< mend what can be mended without asking

    bool operator==(const CheckBladeImages&) const = default;
};

/// What came of the last examination of a blade image.
struct BladeImageCheck {
    model::ComponentName blade;
    model::ImageName image;
    model::Timestamp checked;
    std::string result;                    ///< "clean", "mended", "damaged"
    std::optional<std::string> told = {};  ///< what e2fsck(8) said of one that is not clean

    bool operator==(const BladeImageCheck&) const = default;
};

/// GET /v1/blade-image-checks: of each blade image that was ever examined.
struct BladeImageCheckList {
    std::vector<BladeImageCheck> checks;
    std::uint32_t days;  ///< after so many one is examined again by itself; 0: never

    bool operator==(const BladeImageCheckList&) const = default;
};

}  // namespace dim::api
