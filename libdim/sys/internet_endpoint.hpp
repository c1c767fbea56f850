#pragma once

#include <cstdint>
#include <string>

namespace dim::sys {

/// ADDRESS in host byte order, as everywhere here.
struct InternetEndpoint {
    std::uint32_t address = 0;
    std::uint16_t port = 0;
    bool operator==(const InternetEndpoint&) const = default;
};

/// Both included.
struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
};

/// "10.0.0.1:4711" for messages.
std::string endpoint_text(std::uint32_t address, std::uint16_t port);

}  // namespace dim::sys
