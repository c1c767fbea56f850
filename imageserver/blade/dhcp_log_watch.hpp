#pragma once

#include "imageserver/blade/refusals.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "imageserver/dhcp/dhcp_log.hpp"
#include "imageserver/service/log_tail.hpp"
#include "libdim/base/result.hpp"

#include <string>

namespace dim::server {

/// Follows the DHCP server's log: what it says about our blades becomes their story, about others
/// an alert. Used on one thread.
class DhcpLogWatch {
public:
    /// Goes on where the last daemon stopped. The references outlive this.
    static Result<DhcpLogWatch> open(const std::string& log_file, BootJournal& log,
                                     const Roster& roster, Refusals& refusals,
                                     const WallClock& clock);

    const sys::Fd& event_fd() const { return tail_.event_fd(); }
    /// Reads what is new.
    Result<void> read();

private:
    DhcpLogWatch(LogTail tail, BootJournal& log, const Roster& roster, Refusals& refusals,
                 const WallClock& clock)
        : tail_(std::move(tail)), log_(log), roster_(roster), refusals_(refusals), clock_(clock) {}

    LogTail tail_;
    DhcpLogReader reader_;
    BootJournal& log_;
    const Roster& roster_;
    Refusals& refusals_;
    const WallClock& clock_;
};

}  // namespace dim::server
