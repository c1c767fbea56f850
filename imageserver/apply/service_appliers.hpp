#pragma once

#include "imageserver/apply/service_applier.hpp"
#include "imageserver/apply/service_needs.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace dim::server {

/// The services that edits and cluster definitions change. Each is told on a thread of its own: one
/// that hangs holds up only who needs it.
class ServiceAppliers {
public:
    /// The references outlive this.
    struct Services {
        AppliedService& dhcp;
        AppliedService& exports;
        AppliedService& names;
    };
    ServiceAppliers(const boost::asio::any_io_executor& executor,
                    boost::asio::thread_pool& dhcp_lane, boost::asio::thread_pool& exports_lane,
                    const Services& services)
        : services_(services),
          dhcp_(executor, dhcp_lane, services.dhcp),
          exports_(executor, exports_lane, services.exports) {}

    /// After an edit is in the database: ANSWER is told once the services of NEEDS run with it, or
    /// why one does not. On a service's thread; at once when NEEDS is empty.
    void request(ServiceNeeds needs, ServiceApplier::Answer answer);
    /// Brings all in line with the roster in force, on the caller's thread. Errors: of the first
    /// that fails; the others are told nevertheless.
    Result<void> apply_all();
    /// The daemons that would be told something else if NEXT were in force. Blocks.
    Result<std::vector<api::ServiceReload>> reloaded_by(const Roster& next) const;

    /// See ServiceApplier::good_since.
    std::optional<ServiceApplier::Clock::time_point> dhcp_good_since() const {
        return dhcp_.good_since();
    }

private:
    Services services_;
    std::mutex names_applying_;  // held from reading the roster until named is told
    ServiceApplier dhcp_;
    ServiceApplier exports_;
};

}  // namespace dim::server
