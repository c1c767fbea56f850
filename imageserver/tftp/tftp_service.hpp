#pragma once

#include "imageserver/service/service_control.hpp"
#include "libdim/model/ipv4.hpp"

#include <cstdint>
#include <string>

namespace dim::server {

/// tftpd-hpa, serving the boot directory read-only on the server's bootnet address.
class TftpService {
public:
    struct Settings {
        std::string boot_directory;  ///< STATE/boot; made if missing, readable by everybody
        std::string directory;       ///< STATE/services/tftpd; made if missing
        model::Ipv4Address address;
        std::uint16_t port = 69;
        std::string user = "tftp";
        std::string program = "/usr/sbin/in.tftpd";
    };

    /// CONTROL outlives this.
    TftpService(ServiceControl& control, Settings settings);

    /// Makes sure it runs and answers. Blocks. Errors: see ServiceControl::start.
    Result<void> start();
    api::ServiceStatus status() const;

private:
    ServiceDescription description() const;

    ServiceControl& control_;
    Settings settings_;
};

}  // namespace dim::server
