#pragma once

#include "imageserver/api/refusal_log.hpp"
#include "imageserver/blade/blade_log.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/dhcp/dhcp_log.hpp"
#include "imageserver/service/log_tail.hpp"
#include "libdim/base/result.hpp"

#include <functional>
#include <string>

namespace dim::server {

/// Follows the DHCP server's log: what it says about our blades becomes their story, about others
/// an alert. Used on one thread.
class DhcpWatch {
public:
    /// Goes on where the last daemon stopped. The references outlive this.
    static Result<DhcpWatch> open(const std::string& log_file, BladeLog& log, const Roster& roster,
                                  RefusalLog& refusals, std::function<model::Timestamp()> clock);

    int event_fd() const { return tail_.event_fd(); }
    /// Reads what is new.
    Result<void> read();

private:
    DhcpWatch(LogTail tail, BladeLog& log, const Roster& roster, RefusalLog& refusals,
              std::function<model::Timestamp()> clock)
        : tail_(std::move(tail)),
          log_(log),
          roster_(roster),
          refusals_(refusals),
          clock_(std::move(clock)) {}

    LogTail tail_;
    DhcpLogReader reader_;
    BladeLog& log_;
    const Roster& roster_;
    RefusalLog& refusals_;
    std::function<model::Timestamp()> clock_;
};

}  // namespace dim::server
