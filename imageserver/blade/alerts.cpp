#include "imageserver/blade/alerts.hpp"

#include "imageserver/boot/boot_limits.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::server {

namespace {

constexpr std::size_t kTextLimit = 400;

}  // namespace

Result<Alerts> Alerts::open(Database& database) {
    Alerts log(database);
    DIM_CHECK(log.load());
    return log;
}

Result<void> Alerts::load() {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(
            Statement rows,
            transaction.query("SELECT kind, origin, first, last, count, text, cure FROM alert"));
        for (;;) {
            DIM_TRY(const bool has_row, rows.next());
            if (!has_row) return {};
            DIM_TRY(const auto first, model::Timestamp::from_microseconds(rows.integer(2)));
            DIM_TRY(const auto last, model::Timestamp::from_microseconds(rows.integer(3)));
            const std::string cure = rows.text(6);
            alerts_.insert_or_assign(Key(rows.text(0), rows.text(1)),
                                     api::Alert{first, last,
                                                static_cast<std::uint32_t>(rows.integer(4)),
                                                rows.text(0), rows.text(1), rows.text(5),
                                                cure.empty() ? std::nullopt : std::optional(cure)});
        }
    });
}

bool Alerts::note(const Sight& sight, model::Timestamp now) {
    const std::lock_guard lock(*mutex_);
    const Key key(printable(sight.kind, kTextLimit), printable(sight.origin, kTextLimit));
    const auto [found, is_new] =
        alerts_.try_emplace(key, api::Alert{now, now, 0, key.first, key.second, {}, {}});
    api::Alert& alert = found->second;
    alert.last = std::max(alert.last, now);
    if (alert.count != UINT32_MAX) ++alert.count;
    alert.text = printable(sight.text, kTextLimit);
    alert.cure =
        sight.cure.empty() ? std::nullopt : std::optional(printable(sight.cure, kTextLimit));
    unsaved_.insert(key);
    forgotten_.erase(key);
    if (alerts_.size() > kAlerts) forget_oldest();
    // Errors come up again with the next flush, which reports them.
    if (is_new && stores_left_ > 0 && store()) --stores_left_;
    return is_new;
}

void Alerts::forget_oldest() {
    const auto oldest =
        std::ranges::min_element(alerts_, {}, [](const auto& each) { return each.second.last; });
    unsaved_.erase(oldest->first);
    forgotten_.insert(oldest->first);
    alerts_.erase(oldest);
}

void Alerts::forget(const std::string& kind, const std::string& origin) {
    const std::lock_guard lock(*mutex_);
    const Key key(printable(kind, kTextLimit), printable(origin, kTextLimit));
    if (alerts_.erase(key) == 0) return;
    unsaved_.erase(key);
    forgotten_.insert(key);
}

Result<void> Alerts::flush() {
    const std::lock_guard lock(*mutex_);
    stores_left_ = kStoresAtOnce;
    if (unsaved_.empty() && forgotten_.empty()) return {};
    return store();
}

Result<void> Alerts::store() {
    DIM_CHECK(database_->transaction([&](Transaction& transaction) -> Result<void> {
        for (const auto& [kind, origin] : forgotten_) {
            DIM_CHECK(transaction.execute("DELETE FROM alert WHERE kind = ?1 AND origin = ?2", kind,
                                          origin));
        }
        for (const Key& key : unsaved_) {
            const api::Alert& alert = alerts_.at(key);
            DIM_CHECK(transaction.execute(
                "INSERT OR REPLACE INTO alert (kind, origin, first, last, count, text, cure) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                alert.kind, alert.origin, alert.first.microseconds(), alert.last.microseconds(),
                alert.count, alert.text, alert.cure.value_or("")));
        }
        return {};
    }));
    unsaved_.clear();
    forgotten_.clear();
    return {};
}

std::vector<api::Alert> Alerts::alerts() const {
    const std::lock_guard lock(*mutex_);
    std::vector<api::Alert> list;
    list.reserve(alerts_.size());
    for (const auto& [key, alert] : alerts_)
        list.push_back(alert);
    std::ranges::sort(list, std::greater(), &api::Alert::last);
    return list;
}

std::optional<model::Timestamp> Alerts::last_seen() const {
    const std::lock_guard lock(*mutex_);
    std::optional<model::Timestamp> last;
    for (const auto& [key, alert] : alerts_)
        last = std::max(last, std::optional(alert.last));
    return last;
}

}  // namespace dim::server
