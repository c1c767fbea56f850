#pragma once

#include "imageserver/boot/boot_restarts.hpp"
#include "imageserver/boot/boot_schema.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <memory>
#include <vector>

namespace dim::server {

/// A database of its own that can be closed and opened again, as after the daemon's death.
class [[nodiscard]] TestDatabase {
public:
    explicit TestDatabase(const std::vector<Migration>& more = {})
        : migrations_{kBladeMigration, kRestartMigration} {
        migrations_.insert(migrations_.end(), more.begin(), more.end());
        reopen();
    }
    void reopen() {
        database_.reset();
        database_ = std::make_unique<Database>(
            Database::open(directory_.path() + "/dim.db", migrations_).value());
    }
    Database& get() { return *database_; }
    const std::string& directory() const { return directory_.path(); }

private:
    dim::testing::TemporaryDirectory directory_;
    std::vector<Migration> migrations_;
    std::unique_ptr<Database> database_;
};

}  // namespace dim::server
