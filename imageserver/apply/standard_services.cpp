#include "imageserver/apply/standard_services.hpp"

namespace dim::server {

StandardServices::StandardServices(ServiceControl& control, const Settings& settings,
                                   const Sources& sources)
    : ganesha_(control, sources.database, settings.bootnet.address,
               settings.directory + "/ganesha"),
      nfsd_({.root = settings.mounts, .address = settings.bootnet.address}),
      nfs_(sources.images, {.ganesha = ganesha_, .nfsd = nfsd_}),
      dhcp_(control,
            {.server = sources.roster.server(),
             .directory = settings.directory + "/dhcpd",
             .kea_directory = settings.directory + "/kea",
             .backend = sources.roster.definition()->services.dhcp,
             .boot_port = settings.boot_port,
             .program = settings.dhcpd,
             .kea_program = settings.kea},
            settings.bootnet.device),
      dns_(control, {.server = sources.roster.server(),
                     .directory = settings.directory + "/named",
                     .address = settings.bootnet.address}),
      tftp_(control, {.boot_directory = settings.boot_directory,
                      .directory = settings.directory + "/tftpd",
                      .address = settings.bootnet.address}),
      blade_dhcp_(dhcp_, sources.roster, sources.assignments, sources.images, sources.boot_files),
      blade_exports_(nfs_, sources.roster),
      cluster_names_(dns_, sources.roster) {}

std::vector<api::ServiceStatus> StandardServices::statuses() const {
    std::vector<api::ServiceStatus> statuses;
    const auto add = [&statuses](std::optional<api::ServiceStatus> status) {
        if (status) statuses.push_back(*std::move(status));
    };
    add(blade_dhcp_.status());
    add(tftp_.status());
    add(blade_exports_.status());
    add(cluster_names_.status());
    return statuses;
}

}  // namespace dim::server
