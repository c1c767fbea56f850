#pragma once

#include "libdim/base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace dim::model {

/// A number of bytes, as an administrator writes it.
class ByteSize {
public:
    explicit constexpr ByteSize(std::uint64_t bytes) : bytes_(bytes) {}

    /// "512", "64K", "256M", "1G", "2T": powers of 1024. Errors: invalid_input.
    static Result<ByteSize> parse(std::string_view text);

    constexpr std::uint64_t bytes() const { return bytes_; }
    auto operator<=>(const ByteSize&) const = default;

private:
    std::uint64_t bytes_;
};

/// For people: "256 MiB", "1.5 GiB", "512 B".
std::string to_string(ByteSize size);

}  // namespace dim::model
