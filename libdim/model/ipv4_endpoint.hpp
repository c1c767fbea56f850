#pragma once

#include "libdim/model/ipv4.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace dim::model {

/// Where something answers: an IPv4 address and a port.
struct Ipv4Endpoint {
    Ipv4Address address;
    std::uint16_t port = 0;

    /// "10.2.0.1", which has STANDARD_PORT, or "10.2.0.1:1161". Errors: invalid_input.
    static Result<Ipv4Endpoint> parse(std::string_view text, std::uint16_t standard_port);
    auto operator<=>(const Ipv4Endpoint&) const = default;
};

/// Always with the port.
std::string to_string(const Ipv4Endpoint& endpoint);

}  // namespace dim::model
