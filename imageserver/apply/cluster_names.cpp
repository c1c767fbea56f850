#include "imageserver/apply/cluster_names.hpp"

namespace dim::server {

Result<std::optional<std::string>> ClusterNames::reloaded_by(const Roster& next) {
    DIM_TRY(const bool is_changed, dns_.would_change(*next.definition()));
    return is_changed ? std::optional(dns_.status().name) : std::nullopt;
}

std::optional<api::ServiceStatus> ClusterNames::status() const {
    return dns_.is_wanted() ? std::optional(dns_.status()) : std::nullopt;
}

}  // namespace dim::server
