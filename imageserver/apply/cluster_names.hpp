#pragma once

#include "imageserver/apply/applied_service.hpp"
#include "imageserver/dns/dns_service.hpp"

namespace dim::server {

/// The names of the whole cluster, by the name server.
class ClusterNames final : public AppliedService {
public:
    /// The references outlive this.
    ClusterNames(DnsService& dns, const Roster& roster) : dns_(dns), roster_(roster) {}

    Result<void> apply() override { return dns_.apply(*roster_.definition()); }
    Result<std::optional<api::ServiceReload>> reloaded_by(const Roster& next) override;
    std::optional<api::ServiceStatus> status() const override;

private:
    DnsService& dns_;
    const Roster& roster_;
};

}  // namespace dim::server
