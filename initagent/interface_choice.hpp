#pragma once

#include "libdim/model/mac_address.hpp"
#include "libdim/sys/netlink.hpp"

#include <optional>
#include <span>
#include <string>

namespace dim::agent {

/// A network interface with what is needed to know whether the blade booted from it.
struct InterfaceCandidate {
    sys::NetworkInterface interface;
    std::string device_node;                       ///< in the device tree; empty: not known
    std::optional<sys::InterfaceAddress> address;  ///< that the kernel has set already

    bool operator==(const InterfaceCandidate&) const = default;
};

/// What the firmware says of the port it booted from.
struct BootPort {
    std::optional<model::MacAddress> client_mac;  ///< of the DHCP answer
    std::string device_node;                      ///< of bootpath; empty: not known
    std::optional<model::MacAddress> device_mac;  ///< of the device that bootpath names

    bool is_known() const { return client_mac || !device_node.empty() || device_mac; }
};

/// The interface the blade booted from: by the MAC address of the DHCP answer, else by the device,
/// else the only one that has an address. Errors: not_found, listing the candidates.
Result<InterfaceCandidate> choose_interface(std::span<const InterfaceCandidate> candidates,
                                            const BootPort& port);

}  // namespace dim::agent
