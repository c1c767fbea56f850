#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <span>
#include <string>
#include <vector>

namespace dim::server {

extern const Migration kDefinitionDebtMigration;

/// A member that has still to be brought the cluster definition in force here.
struct DefinitionDebt {
    model::ComponentName server;
    std::string problem;  ///< why it has not been yet

    bool operator==(const DefinitionDebt&) const = default;
};

/// Who is behind, in the database: each call is one transaction. Any thread may call.
class DefinitionDebts {
public:
    /// DATABASE outlives this.
    explicit DefinitionDebts(Database& database) : database_(database) {}

    /// By name.
    Result<std::vector<DefinitionDebt>> all();
    /// Besides what there is; a server that is behind already gets the new problem.
    Result<void> add(std::span<const DefinitionDebt> debts);
    Result<void> replace(std::span<const DefinitionDebt> debts);
    Result<void> pay(const model::ComponentName& server);

private:
    Database& database_;
};

}  // namespace dim::server
