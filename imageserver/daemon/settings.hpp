#pragma once

#include "imageserver/image/provisioning.hpp"
#include "libdim/model/ipv4_endpoint.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dim::server {

/// Where the daemon finds and keeps everything; what the command line says.
struct DaemonSettings {
    std::string cluster_file = "/etc/dim/cluster.xml";
    std::string server;  ///< empty: the only one of the cluster, or the one named as this host
    std::string state_directory = "/var/lib/dim";
    std::string run_directory = "/run/dim";
    Provisioning provisioning = Provisioning::reserved();
    std::uint32_t trash_days = 7;   ///< after which deleted blade images go for ever; 0: never
    std::uint32_t check_days = 30;  ///< after which an idle blade image is checked; 0: never
    bool is_watching = true;        ///< the directories that images are made from, by fanotify
    std::string agents;      ///< directory with ARCHITECTURE/initagent; main.cpp knows where it is
    std::string kernel_kit;  ///< a directory, likewise
    std::string blade_exec = {};  ///< the program, likewise
    /// Templates of what differs per blade (docs/overrides.md); need not be there.
    std::string overrides = "/etc/dim/overrides";
    /// db.key and db.crt, which sign boot files for UEFI Secure Boot; need not be there.
    std::string secure_boot = "/etc/dim/secure-boot";
    /// Where to listen for other image servers; absent: nowhere.
    std::optional<model::Ipv4Endpoint> servers = {};

    /// On the bootnet: where boot files are given by HTTP.
    std::uint16_t boot_port = 80;

    /// Where management modules send traps; absent: nowhere.
    std::optional<model::Ipv4Endpoint> traps = {};

    std::string lock_file() const { return state_directory + "/lock"; }
    std::string services_directory() const { return state_directory + "/services"; }
    std::string mounts_directory() const { return state_directory + "/mounts"; }
    std::string keys_directory() const { return state_directory + "/keys"; }
    std::string service_run_directory() const { return run_directory + "/services"; }
    std::string socket() const { return run_directory + "/api.sock"; }
    std::string member_socket() const { return run_directory + "/members.sock"; }
};

}  // namespace dim::server
