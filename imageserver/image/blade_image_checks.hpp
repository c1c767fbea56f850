#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/api/look_messages.hpp"
#include "libdim/base/result.hpp"

#include <vector>

namespace dim::server {

/// After those of ImageCatalog: a check goes with its blade image.
extern const Migration kBladeImageCheckMigration;

/// When blade images were examined the last time, and what came of it. Any thread may call.
class BladeImageChecks {
public:
    /// DATABASE outlives this.
    explicit BladeImageChecks(Database& database) : database_(&database) {}

    /// In place of the last one. Errors: conflict when there is no such blade image.
    Result<void> record(const api::BladeImageCheck& check);
    /// By blade and image.
    Result<std::vector<api::BladeImageCheck>> all();

private:
    Database* database_;
};

}  // namespace dim::server
