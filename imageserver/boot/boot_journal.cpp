#include "imageserver/boot/boot_journal.hpp"

#include "imageserver/boot/agent_reports.hpp"
#include "imageserver/boot/boot_limits.hpp"
#include "imageserver/boot/boot_queries.hpp"
#include "imageserver/boot/server_observations.hpp"
#include "libdim/base/parse_number.hpp"
#include "libdim/tls/sha256.hpp"

#include <algorithm>

namespace dim::server {

namespace {

using model::ComponentName;
using model::Timestamp;

// How far back a report may have to look past DHCP requests that were no boots.
constexpr std::size_t kRecentBoots = 8;
constexpr std::string_view kDhcpLog = "dhcpd";

Result<BootRecord> find_reporter(Transaction& transaction, const ComponentName& blade,
                                 std::string_view id, std::string_view token) {
    const auto unknown = [&] {
        return Error(ErrorCode::not_found, "there is no such boot of " + to_string(blade))
            .with_cure("ask for a boot plan again");
    };
    const auto dash = id.rfind('-');
    if (dash == std::string_view::npos) return fail(unknown());
    const auto key = parse_number<std::int64_t>(id.substr(dash + 1), 1);
    if (!key) return fail(unknown());
    auto boot = load_boot(transaction, *key);
    if (!boot && boot.error().code() != ErrorCode::not_found) return boot;
    if (!boot || boot->blade != blade || boot_id(*boot) != id) return fail(unknown());
    if (boot->token_hash.empty() || tls::sha256(token) != boot->token_hash) {
        return fail(ErrorCode::permission_denied,
                    "the token is not the one of the boot plan that was given last");
    }
    return boot;
}

/// Requests for an address that came after BOOT were its own, if it still speaks.
Result<void> fold_requests(Transaction& transaction, const BootRecord& boot) {
    DIM_TRY(const auto recent, load_boots(transaction, boot.blade, kRecentBoots));
    for (const BootRecord& newer : recent) {
        if (newer.key <= boot.key) break;
        if (newer.kernel) return {};
    }
    if (recent.empty() || recent.front().key == boot.key) return {};
    return fold_newer_boots(transaction, boot);
}

Result<std::optional<BootRecord>> find_by_clock(Transaction& transaction,
                                                const ComponentName& blade, Moment arrival,
                                                std::uint64_t now_us) {
    DIM_TRY(auto recent, load_boots(transaction, blade, kRecentBoots));
    const auto index = find_boot(recent, arrival, now_us);
    if (!index) return std::nullopt;
    if (*index != 0) {
        DIM_CHECK(fold_newer_boots(transaction, recent[*index]));
    }
    return std::move(recent[*index]);
}

}  // namespace

template <std::invocable<Transaction&> Function>
std::invoke_result_t<Function, Transaction&> BootJournal::write(Function&& function) {
    auto written = write_uncounted(function);
    changes_.add();
    return written;
}

template <std::invocable<Transaction&> Function>
std::invoke_result_t<Function, Transaction&> BootJournal::write_uncounted(Function&& function) {
    const std::lock_guard lock(writing_);
    return write_locked(function);
}

template <std::invocable<Transaction&> Function>
std::invoke_result_t<Function, Transaction&> BootJournal::write_locked(Function&& function) {
    auto written =
        database_.transaction([&](Transaction& transaction) -> decltype(function(transaction)) {
            DIM_CHECK(store_unstored(transaction));
            return function(transaction);
        });
    if (written) unstored_.clear();
    return written;
}

template <std::invocable<Transaction&> Function>
Result<BootRecord> BootJournal::write_or_keep(Function&& decide) {
    const std::lock_guard lock(writing_);
    std::optional<BootChange> decided;
    const auto stored = write_locked([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(BootChange change, decide(transaction));
        DIM_TRY(change.record.key, store_change(transaction, change));
        decided = std::move(change);
        return {};
    });
    if (!decided) return fail(stored.error());
    BootRecord record = decided->record;
    if (!stored) keep(*std::move(decided));
    changes_.add();
    return record;
}

/// In the order of their keys: the newest boot of a blade is the one with the highest.
Result<void> BootJournal::store_unstored(Transaction& transaction) {
    std::vector<const BootChange*> changes;
    changes.reserve(unstored_.size());
    for (const auto& [blade, change] : unstored_)
        changes.push_back(&change);
    std::ranges::sort(changes, {}, [](const BootChange* change) { return change->record.key; });
    for (const BootChange* change : changes)
        DIM_CHECK(store_change(transaction, *change));
    return {};
}

void BootJournal::keep(BootChange change) {
    const auto found = unstored_.find(change.record.blade);
    if (found != unstored_.end() && found->second.record.key == change.record.key) {
        std::vector<StoryLine>& story = found->second.story;
        story.insert(story.end(), change.story.begin(), change.story.end());
        if (story.size() > kEventsUnstored)
            story.erase(story.begin(), story.end() - kEventsUnstored);
        change.story = std::move(story);
    }
    const ComponentName blade = change.record.blade;
    unstored_.insert_or_assign(blade, std::move(change));
}

Result<BootRecord> BootJournal::begin_boot(const ComponentName& blade,
                                           const api::BootRequest& request, Moment arrival) {
    return write_or_keep([&](Transaction& transaction) -> Result<BootChange> {
        DIM_TRY(auto boot, find_by_clock(transaction, blade, arrival, request.now_us));
        return apply_boot_request(blade, std::move(boot), request, arrival);
    });
}

Result<void> BootJournal::record_plan(std::int64_t boot, const api::BootPlan& plan, Timestamp now) {
    DIM_CHECK(write_or_keep([&](Transaction& transaction) -> Result<BootChange> {
        DIM_TRY(auto record, load_boot(transaction, boot));
        return apply_plan(std::move(record), plan, tls::sha256(plan.token), now);
    }));
    return {};
}

Result<void> BootJournal::record_refused_plan(std::int64_t boot, const Error& reason,
                                              std::uint32_t attempt, Timestamp now) {
    DIM_CHECK(write_or_keep([&](Transaction& transaction) -> Result<BootChange> {
        DIM_TRY(auto record, load_boot(transaction, boot));
        return apply_refused_plan(std::move(record), reason, attempt, now);
    }));
    return {};
}

Result<void> BootJournal::record_stages(const ComponentName& blade, std::string_view id,
                                        const api::StageReport& report, Moment arrival) {
    return write([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(auto boot, find_reporter(transaction, blade, id, report.token));
        DIM_CHECK(fold_requests(transaction, boot));
        DIM_CHECK(store_change(transaction, apply_stages(std::move(boot), report, arrival)));
        return {};
    });
}

Result<void> BootJournal::record_running(const ComponentName& blade, std::string_view id,
                                         const api::RunningReport& report, Moment arrival) {
    return write([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(auto boot, find_reporter(transaction, blade, id, report.token));
        DIM_CHECK(fold_requests(transaction, boot));
        DIM_CHECK(store_change(transaction, apply_running(std::move(boot), report, arrival)));
        return {};
    });
}

Result<BootRecord> BootJournal::record_heartbeat(const ComponentName& blade, std::string_view id,
                                                 const api::Heartbeat& heartbeat, Moment arrival) {
    bool has_news = false;
    auto boot = write_uncounted([&](Transaction& transaction) -> Result<BootRecord> {
        DIM_TRY(auto known, find_reporter(transaction, blade, id, heartbeat.token));
        DIM_CHECK(fold_requests(transaction, known));
        auto change = apply_heartbeat(std::move(known), heartbeat, arrival);
        has_news = !change.story.empty();
        DIM_CHECK(store_change(transaction, change));
        return std::move(change.record);
    });
    if (boot && has_news) changes_.add();
    return boot;
}

Result<void> BootJournal::record_move(const ComponentName& blade, std::string_view id,
                                      const api::MoveReport& report, Moment arrival) {
    return write([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(auto boot, find_reporter(transaction, blade, id, report.token));
        DIM_CHECK(fold_requests(transaction, boot));
        const auto before = boot.generation;
        const BootChange change = apply_move(std::move(boot), report, arrival);
        DIM_CHECK(store_change(transaction, change));
        // What it said before is of other files.
        if (change.record.generation == before) return {};
        return store_restarts(transaction, change.record.key, std::nullopt);
    });
}

Result<void> BootJournal::record_restarts(const ComponentName& blade, std::string_view id,
                                          const api::RestartReport& report, Moment arrival) {
    return write([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(auto boot, find_reporter(transaction, blade, id, report.token));
        DIM_CHECK(fold_requests(transaction, boot));
        const BootChange change = apply_restarts(std::move(boot), report, arrival);
        DIM_CHECK(store_change(transaction, change));
        return store_restarts(transaction, change.record.key, api::bounded(report.found));
    });
}

Result<void> BootJournal::record_failure(const ComponentName& blade,
                                         const api::FailureReport& report, Moment arrival) {
    return write([&](Transaction& transaction) -> Result<void> {
        std::optional<BootRecord> boot;
        if (report.boot_id) {
            DIM_TRY(boot,
                    find_reporter(transaction, blade, *report.boot_id, report.token.value_or("")));
        } else {
            DIM_TRY(boot, find_by_clock(transaction, blade, arrival, report.now_us));
        }
        DIM_CHECK(
            store_change(transaction, apply_failure(blade, std::move(boot), report, arrival)));
        return {};
    });
}

Result<BootRecord> BootJournal::record_enrolment(const ComponentName& blade,
                                                 const api::EnrolmentRequest& request,
                                                 std::string_view token, Moment arrival) {
    return write([&](Transaction& transaction) -> Result<BootRecord> {
        DIM_TRY(auto boot, find_by_clock(transaction, blade, arrival, request.now_us));
        BootChange change =
            apply_enrolment(blade, std::move(boot), request, tls::sha256(token), arrival);
        DIM_TRY(change.record.key, store_change(transaction, change));
        return std::move(change.record);
    });
}

Result<void> BootJournal::record_dhcp(std::span<const BladeDhcpEvent> events,
                                      std::string_view position, Moment now) {
    bool has_news = false;
    DIM_CHECK(write_uncounted([&](Transaction& transaction) -> Result<void> {
        for (const auto& [blade, event] : events) {
            DIM_TRY(auto newest, load_boots(transaction, blade, 1));
            const auto latest =
                newest.empty() ? std::nullopt : std::optional(std::move(newest.front()));
            if (const auto change = apply_dhcp(blade, latest, event, now)) {
                DIM_CHECK(store_change(transaction, *change));
                has_news = has_news || !change->story.empty() || (latest && latest->lost);
            }
        }
        return transaction.execute("INSERT INTO log_position VALUES (?1, ?2) "
                                   "ON CONFLICT DO UPDATE SET position = ?2",
                                   kDhcpLog, position);
    }));
    if (has_news) changes_.add();
    return {};
}

Result<std::optional<std::string>> BootJournal::dhcp_log_position() {
    return database_.transaction(
        [&](Transaction& transaction) -> Result<std::optional<std::string>> {
            DIM_TRY(
                Statement rows,
                transaction.query("SELECT position FROM log_position WHERE name = ?1", kDhcpLog));
            DIM_TRY(const bool has_row, rows.next());
            return has_row ? rows.optional_text(0) : std::nullopt;
        });
}

Result<void> BootJournal::record_load(const ComponentName& blade, const FirmwareLoad& load,
                                      Moment now) {
    bool has_news = false;
    DIM_CHECK(write_uncounted([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(auto newest, load_boots(transaction, blade, 1));
        const auto latest =
            newest.empty() ? std::nullopt : std::optional(std::move(newest.front()));
        const auto change = apply_load(latest, load, now);
        if (!change) return {};
        has_news = true;
        DIM_CHECK(store_change(transaction, *change));
        return {};
    }));
    if (has_news) changes_.add();
    return {};
}

Result<void> BootJournal::record_refusal(const ComponentName& blade, model::BootStage stage,
                                         const Error& reason, Moment now) {
    return write([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(auto newest, load_boots(transaction, blade, 1));
        const auto latest =
            newest.empty() ? std::nullopt : std::optional(std::move(newest.front()));
        DIM_CHECK(store_change(transaction, apply_refusal(blade, latest, stage, reason, now)));
        return {};
    });
}

Result<void> BootJournal::note(std::span<const ComponentName> blades, const StoryLine& line) {
    return write([&](Transaction& transaction) -> Result<void> {
        for (const ComponentName& blade : blades)
            DIM_CHECK(store_story(transaction, blade, 0, {line}));
        return {};
    });
}

Result<void> BootJournal::find_lost(Moment now, const HasNoPower& has_no_power) {
    if (!is_watching_) {
        const std::int64_t first_us =
            listening_since_.uptime_us + std::chrono::microseconds(kShortestSilence).count();
        DIM_CHECK(write_uncounted(
            [&](Transaction& transaction) { return watch_boots_from(transaction, first_us); }));
        is_watching_ = true;
    }
    bool has_news = false;
    DIM_CHECK(write_uncounted([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(const auto boots, load_silent_boots(transaction, now.uptime_us));
        for (const BootRecord& boot : boots) {
            const auto change = apply_silence(boot, now, listening_since_, has_no_power(boot));
            if (!change) continue;
            has_news = true;
            DIM_CHECK(store_change(transaction, *change));
        }
        return {};
    }));
    if (has_news) changes_.add();
    return {};
}

Result<std::map<ComponentName, BootRecord>> BootJournal::newest_boots() {
    DIM_TRY(auto boots, database_.transaction([](Transaction& transaction) {
        return load_newest_boots(transaction);
    }));
    std::map<ComponentName, BootRecord> by_blade;
    for (BootRecord& boot : boots)
        by_blade.emplace(boot.blade, std::move(boot));
    const std::lock_guard lock(writing_);
    for (const auto& [blade, change] : unstored_)
        by_blade.insert_or_assign(blade, change.record);
    return by_blade;
}

Result<std::optional<BootRecord>> BootJournal::newest_boot(const ComponentName& blade) {
    {
        const std::lock_guard lock(writing_);
        if (const auto found = unstored_.find(blade); found != unstored_.end())
            return found->second.record;
    }
    return database_.transaction(
        [&](Transaction& transaction) -> Result<std::optional<BootRecord>> {
            DIM_TRY(auto newest, load_boots(transaction, blade, 1));
            if (newest.empty()) return std::nullopt;
            return std::move(newest.front());
        });
}

Result<BootRestarts> BootJournal::restarts(const BootRecord& boot) {
    return database_.transaction(
        [&](Transaction& transaction) { return load_restarts(transaction, boot.key); });
}

std::size_t BootJournal::unstored_count() const {
    const std::lock_guard lock(writing_);
    return unstored_.size();
}

Result<std::vector<api::StoryEvent>> BootJournal::story(const ComponentName& blade) {
    return database_.transaction(
        [&](Transaction& transaction) { return load_story(transaction, blade); });
}

}  // namespace dim::server
