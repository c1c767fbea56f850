#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/timestamp.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dim::server {

/// Things seen that belong to no blade, counted by kind and origin: whoever floods us writes one
/// row, and not often. At most kAlertsPerKind of one kind and kAlerts in all; what goes is the one
/// seen least recently of the kind that is too many. Any thread may call.
class Alerts {
public:
    /// The first sight of an alert is stored at once, unless this many were in the same interval.
    static constexpr int kStoresAtOnce = 20;

    /// Loads what was seen before. DATABASE outlives this.
    static Result<Alerts> open(Database& database);

    struct Sight {
        std::string kind;    ///< see api::Alert
        std::string origin;  ///< MAC or IP address
        std::string text;
        std::string cure;  ///< empty when nobody knows
        std::uint32_t times = 1;
    };
    /// True for the first sight of this kind and origin.
    bool note(const Sight& sight, model::Timestamp now);
    /// What was seen is cured. Unknown ones are left as they are.
    void forget(const std::string& kind, const std::string& origin);
    /// The clock says NOW: no alert is of a later time, or those would be taken for the newest as
    /// long as it takes the clock to get there again. Call it once a second.
    void keep_before(model::Timestamp now);
    /// Stores what has changed. Call it once in an interval of some seconds.
    Result<void> flush();

    /// The one seen last is the first.
    std::vector<api::Alert> alerts() const;
    /// When; nothing when there is none.
    std::optional<model::Timestamp> last_seen() const;

private:
    using Key = std::pair<std::string, std::string>;  // kind, origin
    struct Entry {
        api::Alert alert;
        bool is_stored = false;
    };
    using Entries = std::map<Key, Entry>;

    explicit Alerts(Database& database) : database_(database) {}
    Result<void> load();
    Result<void> store();
    void bound(const std::string& newest_kind);
    void forget_oldest(const std::string& kind);
    void erase(Entries::iterator entry);
    void clamp(model::Timestamp now);

    ReportDatabase database_;
    std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
    Entries entries_;
    std::map<std::string, std::size_t> per_kind_;
    std::set<Key> unsaved_;
    std::set<Key> forgotten_;                 ///< rows that are still stored
    std::optional<model::Timestamp> newest_;  ///< nothing was seen later
    int stores_left_ = kStoresAtOnce;
};

}  // namespace dim::server
