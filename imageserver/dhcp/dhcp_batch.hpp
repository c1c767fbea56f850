#pragma once

#include "imageserver/dhcp/dhcp_event.hpp"

#include <bitset>
#include <cstdint>
#include <map>
#include <vector>

namespace dim::server {

/// Events that were read at once: what a client repeats meanwhile says nothing new and is left out,
/// so that one that floods the log costs as little as one that asks once.
class DhcpBatch {
public:
    void add(const DhcpEvent& event);

    /// In their order. Of each MAC every kind at most once before it first asked for an address
    /// (DHCPDISCOVER: what went before belongs to an earlier boot) and once from then on.
    const std::vector<DhcpEvent>& events() const { return events_; }
    /// How often each was in nobody's entry.
    const std::map<model::MacAddress, std::uint32_t>& unknown_macs() const { return unknown_macs_; }

private:
    struct Client {
        bool has_asked = false;
        std::bitset<8> kinds;  ///< by DhcpEventKind
    };

    std::map<model::MacAddress, Client> clients_;
    std::vector<DhcpEvent> events_;
    std::map<model::MacAddress, std::uint32_t> unknown_macs_;
};

}  // namespace dim::server
