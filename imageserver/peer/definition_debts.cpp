#include "imageserver/peer/definition_debts.hpp"

namespace dim::server {

const Migration kDefinitionDebtMigration{"definition-debt-1", R"(
CREATE TABLE definition_debt (
    server TEXT NOT NULL PRIMARY KEY,
    problem TEXT NOT NULL
) STRICT;
)"};

namespace {

Result<void> insert(Transaction& transaction, std::span<const DefinitionDebt> debts) {
    for (const DefinitionDebt& debt : debts)
        DIM_CHECK(transaction.execute(
            "INSERT OR REPLACE INTO definition_debt (server, problem) VALUES (?1, ?2)",
            to_string(debt.server), debt.problem));
    return {};
}

}  // namespace

Result<std::vector<DefinitionDebt>> DefinitionDebts::all() {
    return database_.transaction(
        [](Transaction& transaction) -> Result<std::vector<DefinitionDebt>> {
            DIM_TRY(Statement rows,
                    transaction.query("SELECT server, problem FROM definition_debt ORDER BY 1"));
            std::vector<DefinitionDebt> debts;
            for (;;) {
                DIM_TRY(const bool has_row, rows.next());
                if (!has_row) return debts;
                DIM_TRY(auto server, model::ComponentName::parse(rows.text(0)));
                debts.push_back({std::move(server), rows.text(1)});
            }
        });
}

Result<void> DefinitionDebts::add(std::span<const DefinitionDebt> debts) {
    return database_.transaction(
        [&](Transaction& transaction) { return insert(transaction, debts); });
}

Result<void> DefinitionDebts::replace(std::span<const DefinitionDebt> debts) {
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("DELETE FROM definition_debt"));
        return insert(transaction, debts);
    });
}

Result<void> DefinitionDebts::pay(const model::ComponentName& server) {
    return database_.transaction([&](Transaction& transaction) {
        return transaction.execute("DELETE FROM definition_debt WHERE server = ?1",
                                   to_string(server));
    });
}

}  // namespace dim::server
