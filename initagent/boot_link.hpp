#pragma once

#include "initagent/hardware_events.hpp"
#include "initagent/kernel_modules.hpp"
#include "libdim/model/bond.hpp"
#include "libdim/model/mac_address.hpp"
#include "libdim/model/vlan.hpp"
#include "libdim/sys/netlink.hpp"
#include "libdim/sys/poll.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dim::agent {

/// An Ethernet port, and not a VLAN or a bond.
bool is_port(const sys::NetworkInterface& interface);

/// Of INTERFACES the ports that BOND names, in its order, or all ports when it names none. Those
/// that are not there are added to MISSING, separated by commas.
std::vector<sys::NetworkInterface> ports_of_bond(const model::Bond& bond,
                                                 std::span<const sys::NetworkInterface> interfaces,
                                                 std::string& missing);

/// What a bond of PORTS is known by: the address of the port that the machine booted from, for the
/// server knows that one, also while that has no link and is not among them, else that of the
/// first. Errors: not_found without a port.
Result<std::array<std::uint8_t, 6>> mac_of_bond(std::span<const sys::NetworkInterface> ports,
                                                const std::optional<model::MacAddress>& boot_port);

/// How it is with the ports that a bond is to have.
struct BondPorts {
    std::size_t ports = 0;           ///< that are there and up
    std::size_t links = 0;           ///< of those, with a link
    bool is_missing = false;         ///< one that is named is not there
    bool have_ports_waited = false;  ///< these have passed: BondWaits::ports,
    bool has_link_waited = false;    ///< carrier,
    bool have_links_waited = false;  ///< settle, since there is a link at all
};

enum class BondStep { wait_for_ports, wait_for_link, wait_for_links, make_bond, give_up };

/// A bond is made of one link at least, and those that had one may have lost it.
BondStep next_step(const BondPorts& now);

/// "eth0.30"; by BASE's index, "port2.30", when that would be longer than the kernel's names are.
std::string vlan_name(const sys::NetworkInterface& base, model::VlanId id);

struct BondWaits {
    std::chrono::milliseconds ports;    ///< until the ports are there
    std::chrono::milliseconds carrier;  ///< until one of them has a link
    std::chrono::milliseconds settle;   ///< from then on until the others have
};

/// Makes bond0, up and with a link, of the ports that BOND names, whether they have a link or not,
/// or of all that have one. A port that is not there is a warning as long as another is.
/// Errors: not_found without any port, or when the kernel has no bonds; timed_out without a link.
Result<sys::NetworkInterface> make_bond(const model::Bond& bond,
                                        const std::optional<model::MacAddress>& boot_port,
                                        KernelModules& modules, const HardwareEvents& events,
                                        const BondWaits& waits);

/// The VLAN ID on BASE, which is up: made, unless it is there, and brought up.
/// Errors: not_found when the kernel has no VLANs.
Result<sys::NetworkInterface> make_vlan(const sys::NetworkInterface& base, model::VlanId id,
                                        KernelModules& modules);

/// Ports that are left out when all are asked, each with one warning.
class UnaskedPorts {
public:
    /// Says why PORT is, the first time.
    void note(const sys::NetworkInterface& port, const Error& error);
    const std::vector<int>& indexes() const { return indexes_; }

private:
    std::vector<int> indexes_;
};

/// What MAKE makes on each of PORTS; a port where it fails is left out, and noted as UNASKED.
/// Errors: that of the first, when there are ports and none is left.
Result<std::vector<sys::NetworkInterface>>
made_on_each(std::span<const sys::NetworkInterface> ports,
             const std::function<Result<sys::NetworkInterface>(const sys::NetworkInterface&)>& make,
             UnaskedPorts& unasked);

/// Of INTERFACES the indexes of those that the VLAN or the bond INDEX is on, to the ports.
std::vector<int> interfaces_below(std::span<const sys::NetworkInterface> interfaces, int index);

/// Removes all VLANs and bonds, but the one with the index EXCEPT: what an attempt before has made.
Result<void> remove_made_links(std::optional<int> except = {});

/// Waits until the interface has a link. Errors: not_found, timed_out.
Result<void> wait_for_carrier(const sys::NetworkInterface& interface, const HardwareEvents& events,
                              const sys::Deadline& deadline);

}  // namespace dim::agent
