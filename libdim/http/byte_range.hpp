#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dim::http {

/// Bytes FIRST to FIRST + COUNT of a whole; COUNT is not 0.
struct ByteRange {
    std::uint64_t first;
    std::uint64_t count;
    bool operator==(const ByteRange&) const = default;
};

/// What FIELD, the value of a Range field (RFC 9110, section 14), asks of SIZE bytes. Nothing: the
/// whole is to be answered, as for a field that is empty, malformed, not of bytes, or of several
/// ranges, which nobody needs who boots. Errors: invalid_input when not one byte of it is there
/// (416).
Result<std::optional<ByteRange>> select_range(std::string_view field, std::uint64_t size);

/// Content-Range of a 206.
std::string content_range(const ByteRange& range, std::uint64_t size);
/// Content-Range of a 416.
std::string unsatisfied_range(std::uint64_t size);

}  // namespace dim::http
