#pragma once

#include "libdim/base/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace dim::model {

/// An Ethernet unicast address (IEEE 802 MAC-48) of a blade's port.
class MacAddress {
public:
    using Bytes = std::array<std::uint8_t, 6>;

    /// "00:0d:60:1e:ca:00", also with '-' and in capitals.
    /// Errors: invalid_input, for multicast and all-zero addresses too.
    static Result<MacAddress> parse(std::string_view text);
    static Result<MacAddress> from_bytes(const Bytes& bytes);

    const Bytes& bytes() const { return bytes_; }
    auto operator<=>(const MacAddress&) const = default;

private:
    explicit MacAddress(const Bytes& bytes) : bytes_(bytes) {}
    Bytes bytes_;
};

/// Lower case, with colons.
std::string to_string(const MacAddress& address);

}  // namespace dim::model
