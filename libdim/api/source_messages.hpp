#pragma once

#include "libdim/api/image_messages.hpp"
#include "libdim/api/problem.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dim::api {

/// POST /v1/image-source-differences, asked with an UpdateImage. One line of the answer
/// (application/x-ndjson): progress lines, then one with "difference" or "problem".
struct SourceDifferenceLine {
    std::optional<std::string> progress = {};
    std::optional<std::uint64_t> step = {};  ///< of STEPS
    std::optional<std::uint64_t> steps = {};
    std::optional<SourceDifference> difference = {};
    std::optional<Problem> problem = {};

    bool operator==(const SourceDifferenceLine&) const = default;
};

}  // namespace dim::api
