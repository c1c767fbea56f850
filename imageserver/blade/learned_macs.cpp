#include "imageserver/blade/learned_macs.hpp"

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

}  // namespace

Result<LearnedByBlade> LearnedMacs::all() {
    return database_.transaction([](Transaction& transaction) -> Result<LearnedByBlade> {
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
    });
}

Result<std::uint64_t> LearnedMacs::number() {
    return database_.transaction([](Transaction& transaction) -> Result<std::uint64_t> {
        DIM_TRY(Statement rows, transaction.query("SELECT number FROM learned_mac_changes"));
        DIM_TRY(const bool has_row, rows.next());
        return has_row ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
    });
}

Result<void> LearnedMacs::replace(const LearnedByBlade& learned) {
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("DELETE FROM learned_mac"));
        for (const auto& [blade, each] : learned) {
            std::optional<std::string> module;
            std::optional<std::uint32_t> bay;
            if (each.place) {
                module = to_string(each.place->module);
                bay = each.place->bay;
            }
            DIM_CHECK(transaction.execute(
                "INSERT INTO learned_mac (blade, mac, source, module, bay, since) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                to_string(blade), to_string(each.mac), each.source, module, bay,
                each.since.microseconds()));
        }
        return transaction.execute("UPDATE learned_mac_changes SET number = number + 1");
    });
}

}  // namespace dim::server
