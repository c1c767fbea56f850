#include "imageserver/chassis/chassis_knowledge.hpp"

#include "imageserver/state/read_rows.hpp"
#include "libdim/api/json.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <utility>

namespace dim::server {

const Migration kChassisMigration{"chassis-1", R"(
CREATE TABLE chassis (
    module TEXT NOT NULL PRIMARY KEY,
    answered INTEGER NOT NULL,
    said TEXT NOT NULL
) STRICT;
)"};

namespace {

constexpr std::string_view kOff = "off";

struct ChassisRow {
    std::string module;
    model::Timestamp answered;
    std::string said;
};

Result<ChassisRow> read_chassis_row(const Statement& row) {
    DIM_TRY(const auto answered, model::Timestamp::from_microseconds(row.integer(1)));
    return ChassisRow{row.text(0), answered, row.text(2)};
}

}  // namespace

api::ChassisStatus with_power_since(api::ChassisStatus said, const api::ChassisStatus& before,
                                    model::Timestamp now) {
    for (api::ChassisBay& bay : said.bays) {
        if (!bay.power) continue;
        const auto same = std::ranges::find(before.bays, bay.bay, &api::ChassisBay::bay);
        const bool is_as_before = same != before.bays.end() && same->power == bay.power &&
                                  same->serial == bay.serial && same->power_since &&
                                  *same->power_since <= now;
        bay.power_since = is_as_before ? same->power_since : std::optional(now);
    }
    return said;
}

Result<void> ChassisKnowledge::load(Moment now) {
    DIM_TRY(const auto rows,
            database_.transaction([](Transaction& transaction) -> Result<std::vector<ChassisRow>> {
                DIM_TRY(Statement found,
                        transaction.query("SELECT module, answered, said FROM chassis"));
                return read_rows(std::move(found), read_chassis_row);
            }));
    const std::lock_guard lock(mutex_);
    for (const ChassisRow& row : rows) {
        auto said = api::parse<api::ChassisStatus>(row.said);
        if (!said) continue;  // of another version of DIM: it is asked again at once
        said->answered = row.answered;
        const std::int64_t age = now.time.microseconds() - row.answered.microseconds();
        const model::ComponentName module = said->module;
        known_.insert_or_assign(module, Known{*std::move(said), now.uptime_us - age});
    }
    return {};
}

Result<void> ChassisKnowledge::follow(const std::vector<model::ComponentName>& modules) {
    const std::set<model::ComponentName> wanted(modules.begin(), modules.end());
    std::vector<std::string> gone;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [module, known] : known_)
            if (!wanted.contains(module)) gone.push_back(to_string(module));
        std::erase_if(known_, [&](const auto& each) { return !wanted.contains(each.first); });
        for (const model::ComponentName& module : wanted)
            known_.try_emplace(module, Known{{.module = module}, 0});
    }
    if (gone.empty()) return {};
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        for (const std::string& module : gone)
            DIM_CHECK(transaction.execute("DELETE FROM chassis WHERE module = ?1", module));
        return {};
    });
}

Result<bool> ChassisKnowledge::note_answer(api::ChassisStatus said, Moment now) {
    bool is_new = false;
    std::string text;
    const std::string module = to_string(said.module);
    {
        const std::lock_guard lock(mutex_);
        const auto found = known_.find(said.module);
        if (found == known_.end()) return false;  // the definition has changed meanwhile
        api::ChassisStatus& before = found->second.status;
        said = with_power_since(std::move(said), before, now);
        before.answered = {};
        is_new = said != before;
        text = api::to_json(said);
        said.answered = now.time;
        found->second = {std::move(said), now.uptime_us};
    }
    DIM_CHECK(database_.transaction([&](Transaction& transaction) {
        return transaction.execute("INSERT INTO chassis VALUES (?1, ?2, ?3) "
                                   "ON CONFLICT DO UPDATE SET answered = ?2, said = ?3",
                                   module, now.time.microseconds(), text);
    }));
    return is_new;
}

bool ChassisKnowledge::note_problem(const model::ComponentName& module, const Error& problem) {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(module);
    if (found == known_.end()) return false;
    api::ChassisStatus& status = found->second.status;
    const auto before = std::exchange(status.problem, problem.message());
    status.cure = problem.cure().empty() ? std::nullopt : std::optional(problem.cure());
    return before != status.problem;
}

std::vector<api::ChassisStatus> ChassisKnowledge::statuses(Moment now) const {
    const std::lock_guard lock(mutex_);
    std::vector<api::ChassisStatus> statuses;
    for (const auto& [module, known] : known_) {
        api::ChassisStatus status = known.status;
        if (status.answered) {
            const std::chrono::microseconds age(now.uptime_us - known.asked_us);
            status.age_seconds = std::max(std::chrono::duration<double>(age).count(), 0.0);
            status.answered = std::min(*status.answered, now.time);
        }
        statuses.push_back(std::move(status));
    }
    return statuses;
}

std::map<model::ComponentName, SeenOff> ChassisKnowledge::seen_off() const {
    const std::lock_guard lock(mutex_);
    std::map<model::ComponentName, SeenOff> off;
    for (const auto& [module, known] : known_)
        for (const api::ChassisBay& bay : known.status.bays)
            if (bay.blade && bay.power == kOff && bay.power_since)
                off.emplace(*bay.blade, SeenOff{*bay.power_since, known.asked_us});
    return off;
}

}  // namespace dim::server
