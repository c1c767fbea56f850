#pragma once

#include "initagent/dhcp_exchange.hpp"
#include "initagent/hardware_events.hpp"

#include <chrono>
#include <functional>
#include <vector>

namespace dim::agent {

struct DhcpSettings {
    std::chrono::milliseconds timeout{60'000};
    std::chrono::milliseconds longest_wait{8'000};  ///< between two questions; they begin with 1 s
};

/// What a DHCP server gave to one of the ports that were asked on.
struct DhcpAnswer {
    sys::NetworkInterface port;
    BootpReply reply;
};

/// Asks for an address on each of the PORTS that has a link, all at once; the first who gets one
/// ends it. PORTS is called anew whenever hardware appears or changes.
/// Errors: timed_out, saying where was asked.
Result<DhcpAnswer>
ask_dhcp(const std::function<Result<std::vector<sys::NetworkInterface>>()>& ports,
         const HardwareEvents& events, const DhcpSettings& settings = {});

}  // namespace dim::agent
