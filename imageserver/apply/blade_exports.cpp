#include "imageserver/apply/blade_exports.hpp"

namespace dim::server {

namespace {

Result<NfsClients> clients_of(const Roster& roster) {
    DIM_TRY(const auto bootnet, cluster::bootnet_of(*roster.definition(), roster.server()));
    NfsClients clients{.bootnet = bootnet.network.network,
                       .blades = {},
                       .server = roster.definition()->services.nfs};
    for (const RosterEntry& entry : roster.entries())
        clients.blades.emplace(entry.blade.name, entry.address);
    return clients;
}

}  // namespace

Result<void> BladeExports::apply() {
    DIM_TRY(auto clients, clients_of(roster_));
    exports_.set_clients(std::move(clients));
    return exports_.apply();
}

Result<std::optional<api::ServiceReload>> BladeExports::reloaded_by(const Roster& next) {
    DIM_TRY(const auto clients, clients_of(next));
    DIM_TRY(const auto reason, exports_.reload_reason(clients));
    if (!reason) return std::nullopt;
    return api::ServiceReload{.service = exports_.status(clients).name, .reason = *reason};
}

}  // namespace dim::server
