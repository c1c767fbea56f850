#pragma once

#include "imageserver/boot/boot_change.hpp"
#include "imageserver/boot/boot_restarts.hpp"
#include "imageserver/boot/change_count.hpp"
#include "imageserver/boot/firmware_load.hpp"
#include "imageserver/dhcp/dhcpd_log.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/api/agent_messages.hpp"
#include "libdim/base/result.hpp"

#include <concepts>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace dim::server {

/// What every blade said and did, kept in the database: each call is one transaction, which
/// survives kill -9 when it returns; the power failing may cost the last seconds of a story.
/// Bounded for each blade (boot_limits.hpp). Any thread may call.
///
/// A blade must boot even when the disk is full: what leads to its plan (begin_boot, record_plan,
/// record_refused_plan) succeeds when its transaction could not be committed. The boot and its
/// token are then kept in memory, the newest of each blade, and are part of the next transaction
/// that can be. Reports of such a boot fail until then, so its agent sends them again.
class BootJournal {
public:
    /// DATABASE outlives this. LISTENING_SINCE: when this daemon began to listen.
    BootJournal(Database& database, Moment listening_since)
        : database_(database), listening_since_(listening_since) {}

    /// An agent asks for its plan: its boot, told so far.
    Result<BootRecord> begin_boot(const model::ComponentName& blade,
                                  const api::BootRequest& request, Moment arrival);
    /// The plan that is about to be given; from now on only its token is good for this boot.
    Result<void> record_plan(std::int64_t boot, const api::BootPlan& plan, model::Timestamp now);
    Result<void> record_refused_plan(std::int64_t boot, const Error& reason, std::uint32_t attempt,
                                     model::Timestamp now);

    // Reports of the agent of a boot. Errors: not_found for a boot that is none of BLADE's,
    // permission_denied for a wrong token.
    Result<void> record_stages(const model::ComponentName& blade, std::string_view boot_id,
                               const api::StageReport& report, Moment arrival);
    Result<void> record_running(const model::ComponentName& blade, std::string_view boot_id,
                                const api::RunningReport& report, Moment arrival);
    /// Returns the boot as it is now.
    Result<BootRecord> record_heartbeat(const model::ComponentName& blade, std::string_view boot_id,
                                        const api::Heartbeat& heartbeat, Moment arrival);
    Result<void> record_move(const model::ComponentName& blade, std::string_view boot_id,
                             const api::MoveReport& report, Moment arrival);
    Result<void> record_restarts(const model::ComponentName& blade, std::string_view boot_id,
                                 const api::RestartReport& report, Moment arrival);
    /// With or without a boot id.
    Result<void> record_failure(const model::ComponentName& blade, const api::FailureReport& report,
                                Moment arrival);

    /// A running blade whose boot is not known any more: its boot, for which only TOKEN is good
    /// from now on.
    Result<BootRecord> record_enrolment(const model::ComponentName& blade,
                                        const api::EnrolmentRequest& request,
                                        std::string_view token, Moment arrival);

    struct BladeDhcpEvent {
        model::ComponentName blade;
        DhcpEvent event;
    };
    /// What dhcpd logged, up to POSITION in its log.
    Result<void> record_dhcp(std::span<const BladeDhcpEvent> events, std::string_view position,
                             Moment now);
    Result<std::optional<std::string>> dhcp_log_position();

    /// How the blade's firmware loads a file.
    Result<void> record_load(const model::ComponentName& blade, const FirmwareLoad& load,
                             Moment now);
    /// A connection from the blade's address was refused in STAGE.
    Result<void> record_refusal(const model::ComponentName& blade, model::BootStage stage,
                                const Error& reason, Moment now);
    /// Anything else worth telling, such as what an administrator did.
    Result<void> note(std::span<const model::ComponentName> blades, const StoryLine& line);
    /// Of the blade whose newest boot this is.
    using HasNoPower = std::function<bool(const BootRecord&)>;
    /// Marks blades that went silent as lost; the story of one that has no power says that instead.
    /// One thread; call it once a second. A daemon that has begun gives every blade the whole time
    /// that silence may last, since nobody listened before.
    Result<void> find_lost(Moment now, const HasNoPower& has_no_power);

    Result<std::map<model::ComponentName, BootRecord>> newest_boots();
    Result<std::optional<BootRecord>> newest_boot(const model::ComponentName& blade);
    Result<BootRestarts> restarts(const BootRecord& boot);
    /// Oldest first, by time.
    Result<std::vector<api::StoryEvent>> story(const model::ComponentName& blade);

    /// Boots that are kept in memory.
    std::size_t unstored_count() const;

    const Moment& listening_since() const { return listening_since_; }
    /// Changes whenever a status, a story or a blade's restarts do, but not for each heartbeat.
    std::uint64_t change_count() const { return changes_.value(); }
    void count_change() { changes_.add(); }
    /// Returns once a change beyond KNOWN can be read, at the latest when DEADLINE has passed.
    void wait_for_change(std::uint64_t known, sys::Deadline deadline) const {
        changes_.wait_beyond(known, deadline);
    }

private:
    /// A transaction that stores what was kept in memory, too, and is a change when it ends.
    template <std::invocable<Transaction&> Function>
    std::invoke_result_t<Function, Transaction&> write(Function&& function);
    /// The same, but whether it is a change is for the caller to say.
    template <std::invocable<Transaction&> Function>
    std::invoke_result_t<Function, Transaction&> write_uncounted(Function&& function);
    template <std::invocable<Transaction&> Function>
    std::invoke_result_t<Function, Transaction&> write_locked(Function&& function);
    /// Stores the change that DECIDE(Transaction&) returns, or keeps it in memory.
    template <std::invocable<Transaction&> Function>
    Result<BootRecord> write_or_keep(Function&& decide);
    Result<void> store_unstored(Transaction& transaction);
    void keep(BootChange change);

    ReportDatabase database_;
    Moment listening_since_;
    /// Held during transactions that write: what is unstored is either in one of them or here.
    mutable std::mutex writing_;
    std::map<model::ComponentName, BootChange> unstored_;
    bool is_watching_ = false;  ///< find_lost has begun
    ChangeCount changes_;
};

}  // namespace dim::server
