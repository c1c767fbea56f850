#pragma once

#include "imageserver/blade/blade_tables.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>
#include <memory>

namespace dim::server {

/// A database of its own that can be closed and opened again, as after the daemon's death.
class TestDatabase {
public:
    TestDatabase() { reopen(); }
    void reopen() {
        database_.reset();
        database_ = std::make_unique<Database>(
            Database::open(directory_.path() + "/dim.db", std::array{kBladeMigration}).value());
    }
    Database& get() { return *database_; }
    const std::string& directory() const { return directory_.path(); }

private:
    testing::TemporaryDirectory directory_;
    std::unique_ptr<Database> database_;
};

}  // namespace dim::server
