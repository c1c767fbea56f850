#include "imageserver/apply/cluster_names.hpp"

namespace dim::server {

Result<std::optional<api::ServiceReload>> ClusterNames::reloaded_by(const Roster& next) {
    DIM_TRY(const auto reason, dns_.reload_reason(*next.definition()));
    if (!reason) return std::nullopt;
    return api::ServiceReload{.service = dns_.status().name, .reason = *reason};
}

std::optional<api::ServiceStatus> ClusterNames::status() const {
    return dns_.is_wanted() ? std::optional(dns_.status()) : std::nullopt;
}

}  // namespace dim::server
