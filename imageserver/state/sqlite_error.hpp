#pragma once

#include "libdim/base/error.hpp"

struct sqlite3;

namespace dim::server {

/// What went wrong last on the connection.
Error sqlite_error(sqlite3* connection);

}  // namespace dim::server
