#pragma once

#include "imageserver/boot/boot_change.hpp"
#include "imageserver/dhcp/dhcpd_log.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/api/agent_messages.hpp"
#include "libdim/base/result.hpp"

#include <atomic>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// What every blade said and did, kept in the database: each call is one transaction and is durable
/// when it returns. Bounded for each blade (boot_limits.hpp). Any thread may call.
class BootJournal {
public:
    /// DATABASE outlives this. LISTENING_SINCE: when this daemon began to listen.
    BootJournal(Database& database, model::Timestamp listening_since)
        : database_(database), listening_since_(listening_since) {}

    /// An agent asks for its plan: its boot, told so far.
    Result<BootRecord> begin_boot(const model::ComponentName& blade,
                                  const api::BootRequest& request, model::Timestamp arrival);
    /// The plan that is about to be given; from now on only its token is good for this boot.
    Result<void> record_plan(std::int64_t boot, const api::BootPlan& plan, model::Timestamp now);
    Result<void> record_refused_plan(std::int64_t boot, const Error& reason, std::uint32_t attempt,
                                     model::Timestamp now);

    // Reports of the agent of a boot. Errors: not_found for a boot that is none of BLADE's,
    // permission_denied for a wrong token.
    Result<void> record_stages(const model::ComponentName& blade, std::string_view boot_id,
                               const api::StageReport& report, model::Timestamp arrival);
    Result<void> record_running(const model::ComponentName& blade, std::string_view boot_id,
                                const api::RunningReport& report, model::Timestamp arrival);
    Result<void> record_heartbeat(const model::ComponentName& blade, std::string_view boot_id,
                                  const api::Heartbeat& heartbeat, model::Timestamp arrival);
    /// With or without a boot id.
    Result<void> record_failure(const model::ComponentName& blade, const api::FailureReport& report,
                                model::Timestamp arrival);

    struct BladeDhcpEvent {
        model::ComponentName blade;
        DhcpEvent event;
    };
    /// What dhcpd logged, up to POSITION in its log.
    Result<void> record_dhcp(std::span<const BladeDhcpEvent> events, std::string_view position,
                             model::Timestamp now);
    Result<std::optional<std::string>> dhcp_log_position();

    /// A connection from the blade's address was refused in STAGE.
    Result<void> record_refusal(const model::ComponentName& blade, model::BootStage stage,
                                const Error& reason, model::Timestamp now);
    /// Anything else worth telling, such as what an administrator did.
    Result<void> note(std::span<const model::ComponentName> blades, const StoryLine& line);
    /// Marks blades that went silent as lost. Call it once a second.
    Result<void> find_lost(model::Timestamp now);

    Result<std::map<model::ComponentName, BootRecord>> newest_boots();
    Result<std::optional<BootRecord>> newest_boot(const model::ComponentName& blade);
    /// Oldest first, by time.
    Result<std::vector<api::StoryEvent>> story(const model::ComponentName& blade);

    model::Timestamp listening_since() const { return listening_since_; }
    /// Changes whenever a status or a story does, but not for each heartbeat.
    std::uint64_t change_count() const { return changes_.load(); }
    void count_change() { ++changes_; }

private:
    Database& database_;
    model::Timestamp listening_since_;
    std::atomic<std::uint64_t> changes_{0};
};

}  // namespace dim::server
