#include "imageserver/server_services.hpp"

#include "imageserver/nfs/ganesha_service.hpp"
#include "imageserver/service_preview.hpp"

namespace dim::server {

namespace {

Result<NfsClients> clients_of(const Roster& roster) {
    DIM_TRY(const auto bootnet, cluster::bootnet_of(*roster.definition(), roster.server()));
    NfsClients clients{.bootnet = bootnet.network.network, .blades = {}};
    for (const RosterEntry& entry : roster.entries())
        clients.blades.emplace(entry.blade.name, entry.address);
    return clients;
}

}  // namespace

ServerServices::ServerServices(ServiceControl& control, const DaemonSettings& settings,
                               DaemonGround& ground)
    : ground_(ground),
      ganesha_(control,
               ganesha_service(settings.service_directory("ganesha"), ground.bootnet.address)),
      exports_(*ground.images, *ground.database, ganesha_, ground.bootnet.address,
               settings.service_directory("ganesha")),
      dhcp_(control,
            {.server = ground.roster.server(),
             .directory = settings.service_directory("dhcpd"),
             .kea_directory = settings.service_directory("kea"),
             .backend = ground.roster.definition()->services.dhcp},
            ground.bootnet.device),
      dns_(control, {.server = ground.roster.server(),
                     .directory = settings.service_directory("named"),
                     .address = ground.bootnet.address}),
      tftp_(control, {.boot_directory = ground.boot_files.directory(),
                      .directory = settings.service_directory("tftpd"),
                      .address = ground.bootnet.address}) {}

Result<void> ServerServices::apply_exports() {
    DIM_TRY(auto clients, clients_of(ground_.roster));
    exports_.set_clients(std::move(clients));
    return exports_.apply();
}

Result<void> ServerServices::apply_dhcp(Administration& administration) {
    DIM_TRY(const auto hosts, administration.dhcp_hosts());
    return dhcp_.apply(*ground_.roster.definition(), hosts);
}

Result<void> ServerServices::apply_names() { return dns_.apply(*ground_.roster.definition()); }

Result<std::vector<std::string>> ServerServices::reloads(const cluster::Definition& next,
                                                         Administration& administration) {
    const auto input_of =
        [&administration](const Roster& roster,
                          const cluster::Definition& definition) -> Result<ServiceInput> {
        DIM_TRY(auto hosts, administration.dhcp_hosts(roster));
        DIM_TRY(auto clients, clients_of(roster));
        return ServiceInput{definition, roster.server(), std::move(hosts), std::move(clients)};
    };
    const auto definition = ground_.roster.definition();
    DIM_TRY(const auto before, input_of(ground_.roster, *definition));
    DIM_TRY(const auto next_roster, Roster::create(ground_.roster.server(), next));
    DIM_TRY(const auto after, input_of(next_roster, next));
    DIM_TRY(const auto images, ground_.images->blade_images());
    return reloaded_services(before, after, images);
}

std::vector<api::ServiceStatus> ServerServices::statuses() const {
    std::vector<api::ServiceStatus> statuses{dhcp_.status(), tftp_.status(), ganesha_.status()};
    if (dns_.is_wanted()) statuses.push_back(dns_.status());
    return statuses;
}

}  // namespace dim::server
