#pragma once

#include "imageserver/blade/refusals.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/dhcp/dhcp_log.hpp"
#include "imageserver/service/log_tail.hpp"
#include "libdim/base/result.hpp"

#include <string>
#include <vector>

namespace dim::server {

/// Follows the DHCP server's log: what it says about our blades becomes their story, about others
/// an alert. Each step is bounded, whatever floods the log, and goes on after the last line that
/// was stored. Used on one thread.
class DhcpLogWatch {
public:
    /// Goes on where the last daemon stopped; at the end of the log, with an alert, when the
    /// database does not say where that was. The references outlive this.
    static Result<DhcpLogWatch> open(const std::string& log_file, BootJournal& log,
                                     const Roster& roster, Refusals& refusals,
                                     const WallClock& clock);

    const sys::Fd& event_fd() const { return tail_.event_fd(); }
    enum class Rest { none, more };
    /// Reads what is new, but not more than LogTail::kLinesLimit lines: after Rest::more no event
    /// tells that there is more. After an error the same lines come again.
    Result<Rest> read();

private:
    DhcpLogWatch(LogTail tail, BootJournal& log, const Roster& roster, Refusals& refusals,
                 const WallClock& clock)
        : tail_(std::move(tail)), log_(log), roster_(roster), refusals_(refusals), clock_(clock) {}

    /// Our blades' events, each with its blade; about others an alert.
    std::vector<BootJournal::BladeDhcpEvent> sort_out(const std::vector<std::string>& lines);

    LogTail tail_;
    DhcpLogReader reader_;
    BootJournal& log_;
    const Roster& roster_;
    Refusals& refusals_;
    const WallClock& clock_;
};

}  // namespace dim::server
