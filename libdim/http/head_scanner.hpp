#pragma once

#include "libdim/base/result.hpp"
#include "libdim/http/protocol_error.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace dim::http {

/// Finds the empty line that ends the head of a message, byte by byte, so that the verdict does not
/// depend on how the bytes were cut. What can never become a head is refused at its first wrong
/// byte: control characters, a line feed without carriage return.
class HeadScanner {
public:
    explicit HeadScanner(std::size_t limit) : limit_(limit) {}

    /// How many of BYTES belong to the head when it ends in them; nothing when it does not yet.
    Result<std::optional<std::size_t>, ProtocolError> feed(std::string_view bytes);

private:
    enum class Place { line_start, in_line, after_return, at_end };
    Result<void, ProtocolError> step(char byte);

    std::size_t limit_;
    std::size_t size_ = 0;
    bool is_empty_line_ = true;
    Place place_ = Place::line_start;
};

}  // namespace dim::http
