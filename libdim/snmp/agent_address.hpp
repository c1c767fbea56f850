#pragma once

#include "libdim/model/ipv4.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dim::snmp {

/// Where an SNMP agent answers, over UDP.
struct AgentAddress {
    static constexpr std::uint16_t kStandardPort = 161;  ///< RFC 3417, section 3.2

    model::Ipv4Address address;
    std::uint16_t port = kStandardPort;

    /// "10.2.0.1" or "10.2.0.1:1161". Errors: invalid_input.
    static Result<AgentAddress> parse(std::string_view text);
    bool operator==(const AgentAddress&) const = default;
};

/// Always with the port.
std::string to_string(const AgentAddress& agent);

}  // namespace dim::snmp
