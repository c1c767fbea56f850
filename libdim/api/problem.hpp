#pragma once

#include "libdim/api/json.hpp"
#include "libdim/base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dim::api {

/// An error as it crosses the API: RFC 9457 problem details, media type application/problem+json.
struct Problem {
    std::string type;   ///< "urn:dim:error:not-found"
    std::string title;  ///< the same for every problem of the type
    std::uint32_t status;
    std::string detail;               ///< the cause, one sentence
    std::optional<std::string> cure;  ///< what to do about it

    bool operator==(const Problem&) const = default;
};

Problem to_problem(const Error& error);

/// The error a problem was made from, as far as it crossed the API.
Error to_error(const Problem& problem);

}  // namespace dim::api
