#pragma once

#include "imageserver/administration/administration.hpp"
#include "imageserver/daemon_ground.hpp"
#include "imageserver/dhcp/dhcp_service.hpp"
#include "imageserver/dns/dns_service.hpp"
#include "imageserver/nfs/nfs_exports.hpp"
#include "imageserver/service/configured_service.hpp"
#include "imageserver/service/service_control.hpp"
#include "imageserver/tftp/tftp_service.hpp"

#include <string>
#include <vector>

namespace dim::server {

/// The standard daemons of one image server, each brought in line with the roster in force and the
/// database. Calls block.
class ServerServices {
public:
    /// The references outlive this.
    ServerServices(ServiceControl& control, const DaemonSettings& settings, DaemonGround& ground);

    Result<void> apply_exports();
    Result<void> apply_dhcp(Administration& administration);
    Result<void> apply_names();
    Result<void> start_tftp() { return tftp_.start(); }

    /// Which of them NEXT would reload.
    Result<std::vector<std::string>> reloads(const cluster::Definition& next,
                                             Administration& administration);
    /// Of those that are wanted. Does not block.
    std::vector<api::ServiceStatus> statuses() const;
    NfsExports& exports() { return exports_; }
    std::string dhcp_log_file() const { return dhcp_.log_file(); }

private:
    DaemonGround& ground_;
    ConfiguredService ganesha_;
    NfsExports exports_;
    DhcpService dhcp_;
    DnsService dns_;
    TftpService tftp_;
};

}  // namespace dim::server
