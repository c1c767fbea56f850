#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dim::overrides {

/// Begins what DIM made a comment of in the files below.
inline constexpr std::string_view kRootInterfaceComment = "# the root comes over it (DIM): ";

/// The interfaces that an interfaces(5) of ifupdown configures, each once, in its order, without
/// the loopback, VLANs ("eth0.5") and aliases ("eth0:1").
std::vector<std::string> interfaces_of(std::string_view text);

/// The interfaces that INTERFACE is made of in an interfaces(5): the one that a VLAN is on, the
/// ports of a bond, by INTERFACE's name ("bond0.30") and by what the stanzas say (vlan-raw-device,
/// bond-slaves, bond-master). Each once, without INTERFACE itself.
std::vector<std::string> interfaces_beneath(std::string_view text, std::string_view interface);

using InterfaceNames = std::set<std::string, std::less<>>;

/// An interfaces(5) in which ifupdown knows nothing of INTERFACES: their stanzas are comments that
/// say why, and their names are gone from auto and allow lines. All other bytes stay. What was done
/// is not done again.
std::string without_interfaces(std::string_view text, const InterfaceNames& interfaces);

/// An ifcfg(5) of SUSE whose interface is never shut down: STARTMODE='nfsroot'. All other bytes
/// stay.
std::string with_nfsroot_start(std::string_view text);

/// An ifcfg of Red Hat's network-scripts whose interface is not started by them: ONBOOT=no. All
/// other bytes stay.
std::string without_start_at_boot(std::string_view text);

}  // namespace dim::overrides
