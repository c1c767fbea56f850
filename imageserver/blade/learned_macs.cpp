#include "imageserver/blade/learned_macs.hpp"

#include <vector>

namespace dim::server {

const Migration kLearnedMacMigration{"learned-mac-1", R"(
CREATE TABLE learned_mac (
    blade TEXT NOT NULL PRIMARY KEY,
    mac TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    module TEXT,
    bay INTEGER,
    since INTEGER NOT NULL,
    CHECK ((module IS NULL) = (bay IS NULL))
) STRICT;
CREATE TABLE learned_mac_changes (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO learned_mac_changes VALUES (1, 0);
)"};

namespace {

Result<LearnedMac> read_learned(const Statement& row) {
    DIM_TRY(const auto mac, model::MacAddress::parse(row.text(1)));
    DIM_TRY(const auto since, model::Timestamp::from_microseconds(row.integer(5)));
    LearnedMac learned{.mac = mac, .source = row.text(2), .since = since};
    if (row.is_null(3)) return learned;
    DIM_TRY(auto module, model::ComponentName::parse(row.text(3)));
    learned.place = {std::move(module), static_cast<std::uint32_t>(row.integer(4))};
    return learned;
}

Result<LearnedByBlade> read_all(Transaction& transaction) {
    DIM_TRY(Statement rows,
            transaction.query("SELECT blade, mac, source, module, bay, since FROM learned_mac "
                              "ORDER BY blade"));
    LearnedByBlade all;
    for (;;) {
        DIM_TRY(const bool has_row, rows.next());
        if (!has_row) return all;
        DIM_TRY(auto blade, model::ComponentName::parse(rows.text(0)));
        DIM_TRY(auto learned, read_learned(rows));
        all.emplace(std::move(blade), std::move(learned));
    }
}

Result<void> insert(Transaction& transaction, const model::ComponentName& blade,
                    const LearnedMac& learned) {
    std::optional<std::string> module;
    std::optional<std::uint32_t> bay;
    if (learned.place) {
        module = to_string(learned.place->module);
        bay = learned.place->bay;
    }
    return transaction.execute("INSERT INTO learned_mac (blade, mac, source, module, bay, since) "
                               "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                               to_string(blade), to_string(learned.mac), learned.source, module,
                               bay, learned.since.microseconds());
}

/// Of FROM, those that are not so in TO.
std::vector<LearnedByBlade::value_type> others(const LearnedByBlade& from,
                                               const LearnedByBlade& to) {
    std::vector<LearnedByBlade::value_type> others;
    for (const auto& each : from)
        if (const auto same = to.find(each.first); same == to.end() || same->second != each.second)
            others.push_back(each);
    return others;
}

}  // namespace

Result<LearnedByBlade> LearnedMacs::all() { return database_.transaction(&read_all); }

Result<std::uint64_t> LearnedMacs::number() {
    return database_.transaction([](Transaction& transaction) -> Result<std::uint64_t> {
        DIM_TRY(Statement rows, transaction.query("SELECT number FROM learned_mac_changes"));
        DIM_TRY(const bool has_row, rows.next());
        return has_row ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
    });
}

Result<void> LearnedMacs::replace(const LearnedByBlade& learned) {
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(const LearnedByBlade before, read_all(transaction));
        // All of these first: a MAC may go from one blade to another.
        for (const auto& [blade, gone] : others(before, learned))
            DIM_CHECK(
                transaction.execute("DELETE FROM learned_mac WHERE blade = ?1", to_string(blade)));
        for (const auto& [blade, added] : others(learned, before))
            DIM_CHECK(insert(transaction, blade, added));
        return transaction.execute("UPDATE learned_mac_changes SET number = number + 1");
    });
}

}  // namespace dim::server
