#include "imageserver/apply/blade_dhcp.hpp"

#include <map>

namespace dim::server {

Result<std::vector<api::DhcpHost>> BladeDhcp::hosts_of(const Roster& roster) const {
    DIM_TRY(const auto images, assignments_.all());
    std::map<model::ImageName, std::optional<std::string>> boot_files;
    std::vector<api::DhcpHost> hosts;
    for (const RosterEntry& entry : roster.entries()) {
        if (!entry.blade.mac) continue;  // DHCP knows nobody without one
        api::DhcpHost host{entry.blade.name, *entry.blade.mac, entry.address, std::nullopt,
                           std::nullopt};
        if (const auto found = images.find(entry.blade.name); found != images.end()) {
            host.image = found->second;
            if (!boot_files.contains(found->second)) {
                // An image that is gone is told to the blade when it asks for its plan.
                const auto file = boot_files_.current(found->second);
                boot_files.emplace(found->second,
                                   file && *file ? std::optional((*file)->path) : std::nullopt);
            }
            host.boot_file = boot_files.at(found->second);
        }
        hosts.push_back(std::move(host));
    }
    return hosts;
}

Result<void> BladeDhcp::apply() {
    DIM_TRY(const auto hosts, hosts_of(roster_));
    return dhcp_.apply(*roster_.definition(), hosts);
}

Result<std::optional<api::ServiceReload>> BladeDhcp::reloaded_by(const Roster& next) {
    DIM_TRY(const auto hosts, hosts_of(next));
    const auto definition = next.definition();
    DIM_TRY(const auto reason, dhcp_.reload_reason(*definition, hosts));
    if (!reason) return std::nullopt;
    return api::ServiceReload{.service = DhcpService::name_of(definition->services.dhcp),
                              .reason = *reason};
}

}  // namespace dim::server
