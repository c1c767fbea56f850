#pragma once

#include "tools/cluster_macs.hpp"
#include "tools/discover_answers.hpp"
#include "tools/discover_component.hpp"
#include "tools/module_access.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace dim::tool {

/// What a plug-in is asked, and what the person said for it.
struct DiscoverQuestion {
    const Context& context;
    const ClusterMacs& macs;
    std::vector<DiscoverComponent> components;
    ModuleAccess access = {};                  ///< of bladecenter-snmp
    std::optional<std::string> csv_file = {};  ///< of csv
    bool is_in_order = false;                  ///< of dhcp-log
    std::string directory;                     ///< of plug-ins that are programs
    std::chrono::seconds time_limit{300};      ///< of those
};

/// The plug-in whose answer a person has to look at.
inline constexpr const char* kDhcpLog = "dhcp-log";

/// Asks the plug-in NAME: a built-in one, or the program of that name in the directory. Its
/// standard error is shown as it comes. Failures: usage for a name that is none, and for an option
/// that it lacks; what it says; permission_denied for a program that others than root and the user
/// may change; that it failed.
Outcome<DiscoverAnswers> ask_plugin(const std::string& name, const DiscoverQuestion& question);

/// Of chassis: what their management modules report (built in as "bladecenter-snmp").
Outcome<DiscoverAnswers> ask_chassis(const DiscoverQuestion& question);
/// Of a file with lines NAME,MAC[,MAC]... ("csv"); "#" begins a comment.
Outcome<DiscoverAnswers> read_mac_file(const DiscoverQuestion& question);
/// Of unknown blades that asked the image server's DHCP in the last hour ("dhcp-log"). It believes
/// the bootnet: any host there can ask with a MAC that it invents. Failures: conflict when it is
/// not certain who is who.
Outcome<DiscoverAnswers> read_dhcp_alerts(const DiscoverQuestion& question);

/// The components' names.
std::set<model::ComponentName> names_of(const std::vector<DiscoverComponent>& components);

}  // namespace dim::tool
