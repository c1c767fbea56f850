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
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(
            Statement rows,
            transaction.query("SELECT kind, origin, first, last, count, text, cure FROM alert"));
        for (;;) {
            DIM_TRY(const bool has_row, rows.next());
            if (!has_row) return {};
            DIM_TRY(const auto first, model::Timestamp::from_microseconds(rows.integer(2)));
            DIM_TRY(const auto last, model::Timestamp::from_microseconds(rows.integer(3)));
            newest_ = std::max(newest_, std::optional(last));
            const std::string cure = rows.text(6);
            const api::Alert alert{first,
                                   last,
                                   static_cast<std::uint32_t>(rows.integer(4)),
                                   rows.text(0),
                                   rows.text(1),
                                   rows.text(5),
                                   cure.empty() ? std::nullopt : std::optional(cure)};
            entries_.insert_or_assign(Key(alert.kind, alert.origin), Entry{alert, true});
            ++per_kind_[alert.kind];
            // An older version kept more of one kind.
            bound(alert.kind);
        }
    });
}

bool Alerts::note(const Sight& sight, model::Timestamp now) {
    const std::lock_guard lock(*mutex_);
    clamp(now);
    newest_ = now;
    const Key key(printable(sight.kind, kTextLimit), printable(sight.origin, kTextLimit));
    const auto [found, is_new] =
        entries_.try_emplace(key, Entry{{now, now, 0, key.first, key.second, {}, {}}});
    api::Alert& alert = found->second.alert;
    alert.last = now;
    alert.count += std::min(sight.times, UINT32_MAX - alert.count);
    alert.text = printable(sight.text, kTextLimit);
    alert.cure =
        sight.cure.empty() ? std::nullopt : std::optional(printable(sight.cure, kTextLimit));
    unsaved_.insert(key);
    if (is_new) {
        // Its row, when there is one yet, is written over.
        found->second.is_stored = forgotten_.erase(key) != 0;
        ++per_kind_[key.first];
        bound(key.first);
    }
    // Errors come up again with the next flush, which reports them.
    if (is_new && stores_left_ > 0 && store()) --stores_left_;
    return is_new;
}

/// After one more of NEWEST_KIND.
void Alerts::bound(const std::string& newest_kind) {
    if (per_kind_.at(newest_kind) > kAlertsPerKind) return forget_oldest(newest_kind);
    if (entries_.size() <= kAlerts) return;
    using Count = std::pair<const std::string, std::size_t>;
    forget_oldest(std::ranges::max_element(per_kind_, {}, &Count::second)->first);
}

void Alerts::forget_oldest(const std::string& kind) {
    auto oldest = entries_.end();
    for (auto each = entries_.lower_bound({kind, ""});
         each != entries_.end() && each->first.first == kind; ++each) {
        if (oldest == entries_.end() || each->second.alert.last < oldest->second.alert.last)
            oldest = each;
    }
    if (oldest != entries_.end()) erase(oldest);
}

void Alerts::erase(Entries::iterator entry) {
    unsaved_.erase(entry->first);
    // In a flood most come and go between two flushes: nobody need remember those.
    if (entry->second.is_stored) forgotten_.insert(entry->first);
    --per_kind_.at(entry->first.first);
    entries_.erase(entry);
}

void Alerts::keep_before(model::Timestamp now) {
    const std::lock_guard lock(*mutex_);
    clamp(now);
}

void Alerts::clamp(model::Timestamp now) {
    if (!newest_ || *newest_ <= now) return;
    newest_ = now;
    for (auto& [key, entry] : entries_) {
        api::Alert& alert = entry.alert;
        if (alert.last <= now) continue;
        alert.last = now;
        alert.first = std::min(alert.first, now);
        unsaved_.insert(key);
    }
}

void Alerts::forget(const std::string& kind, const std::string& origin) {
    const std::lock_guard lock(*mutex_);
    const auto found =
        entries_.find(Key(printable(kind, kTextLimit), printable(origin, kTextLimit)));
    if (found != entries_.end()) erase(found);
}

Result<void> Alerts::flush() {
    const std::lock_guard lock(*mutex_);
    stores_left_ = kStoresAtOnce;
    if (unsaved_.empty() && forgotten_.empty()) return {};
    return store();
}

Result<void> Alerts::store() {
    DIM_CHECK(database_.transaction([&](Transaction& transaction) -> Result<void> {
        for (const auto& [kind, origin] : forgotten_) {
            DIM_CHECK(transaction.execute("DELETE FROM alert WHERE kind = ?1 AND origin = ?2", kind,
                                          origin));
        }
        for (const Key& key : unsaved_) {
            const api::Alert& alert = entries_.at(key).alert;
            DIM_CHECK(transaction.execute(
                "INSERT OR REPLACE INTO alert (kind, origin, first, last, count, text, cure) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                alert.kind, alert.origin, alert.first.microseconds(), alert.last.microseconds(),
                alert.count, alert.text, alert.cure.value_or("")));
        }
        return {};
    }));
    for (const Key& key : unsaved_)
        entries_.at(key).is_stored = true;
    unsaved_.clear();
    forgotten_.clear();
    return {};
}

std::vector<api::Alert> Alerts::alerts() const {
    const std::lock_guard lock(*mutex_);
    std::vector<api::Alert> list;
    list.reserve(entries_.size());
    for (const auto& [key, entry] : entries_)
        list.push_back(entry.alert);
    std::ranges::sort(list, std::greater(), &api::Alert::last);
    return list;
}

std::optional<model::Timestamp> Alerts::last_seen() const {
    const std::lock_guard lock(*mutex_);
    std::optional<model::Timestamp> last;
    for (const auto& [key, entry] : entries_)
        last = std::max(last, std::optional(entry.alert.last));
    return last;
}

}  // namespace dim::server
