#pragma once

#include "imageserver/apply/blade_dhcp.hpp"
#include "imageserver/apply/blade_exports.hpp"
#include "imageserver/apply/cluster_names.hpp"
#include "imageserver/nfs/ganesha_server.hpp"
#include "imageserver/nfs/nfsd_server.hpp"
#include "imageserver/service/service_control.hpp"
#include "imageserver/tftp/tftp_service.hpp"

#include <string>
#include <vector>

namespace dim::server {

/// The standard daemons of one image server: made here, each with its files below one
/// directory.
class StandardServices {
public:
    struct Settings {
        std::string directory;       ///< STATE/services
        std::string boot_directory;  ///< what TFTP serves
        std::string mounts;          ///< STATE/mounts: what NFS serves is mounted below
        cluster::ServerBootnet bootnet;
        std::uint16_t boot_port = 80;  ///< where boot files are given by HTTP
        std::string dhcpd = "/usr/sbin/dhcpd";
        std::string kea = "/usr/sbin/kea-dhcp4";
    };
    /// What they serve; the references outlive this.
    struct Sources {
        const Roster& roster;
        Assignments& assignments;
        Images& images;
        const BootFiles& boot_files;
        Database& database;
    };

    /// CONTROL outlives this.
    StandardServices(ServiceControl& control, const Settings& settings, const Sources& sources);

    BladeDhcp& dhcp() { return blade_dhcp_; }
    BladeExports& exports() { return blade_exports_; }
    ClusterNames& names() { return cluster_names_; }
    TftpService& tftp() { return tftp_; }
    NfsExports& nfs() { return nfs_; }
    /// What either DHCP server logs to.
    std::string dhcp_log_file() const { return dhcp_.log_file(); }

    /// Of those that are wanted.
    std::vector<api::ServiceStatus> statuses() const;

private:
    GaneshaServer ganesha_;
    NfsdServer nfsd_;
    NfsExports nfs_;
    DhcpService dhcp_;
    DnsService dns_;
    TftpService tftp_;
    BladeDhcp blade_dhcp_;
    BladeExports blade_exports_;
    ClusterNames cluster_names_;
};

}  // namespace dim::server
