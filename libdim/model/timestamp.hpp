#pragma once

#include "libdim/base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace dim::model {

/// A moment in UTC, in microseconds since 1970-01-01T00:00:00Z; years 1970 to 9999.
class Timestamp {
public:
    /// Errors: invalid_input outside those years.
    static Result<Timestamp> from_microseconds(std::int64_t microseconds);
    /// RFC 3339 in UTC with six decimals: "2026-11-20T13:40:00.000250Z". Errors: invalid_input for
    /// any other form.
    static Result<Timestamp> parse(std::string_view text);

    std::int64_t microseconds() const { return microseconds_; }
    auto operator<=>(const Timestamp&) const = default;

private:
    explicit Timestamp(std::int64_t microseconds) : microseconds_(microseconds) {}
    std::int64_t microseconds_;
};

std::string to_string(Timestamp time);

}  // namespace dim::model
