#pragma once

#include "imageserver/blade/alerts.hpp"
#include "imageserver/state/wall_clock.hpp"
#include "libdim/base/error.hpp"

#include <optional>
#include <string>

namespace dim::server {

/// An alert about a condition that is looked at again and again: there as long as it holds, gone
/// with it. One thread calls.
class StandingAlert {
public:
    /// ALERTS outlives this.
    StandingAlert(Alerts& alerts, std::string kind, std::string origin)
        : alerts_(alerts), kind_(std::move(kind)), origin_(std::move(origin)) {}

    /// Notes a problem when it begins, changes, or has lasted another hour, so that it is not taken
    /// for an old one; forgets it when there is none. True when there is one that was not there
    /// before.
    bool set(const std::optional<Error>& problem, Moment now);

private:
    Alerts& alerts_;
    std::string kind_;
    std::string origin_;
    std::optional<std::string> told_;
    std::int64_t told_us_ = 0;  ///< uptime
};

}  // namespace dim::server
