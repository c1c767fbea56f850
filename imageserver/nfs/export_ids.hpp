#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace dim::server {

/// Numbers of exports, 16 bits. A number is part of every file handle of its export, so a path
/// keeps its own even while it is not exported; only when all are taken, those of paths out of use
/// are given away, the oldest first. Errors: limit_exceeded for more than LARGEST paths.
Result<std::map<std::string, std::uint16_t>> number_exports(Database& database,
                                                            const std::set<std::string>& paths,
                                                            std::uint16_t largest = 65535);

}  // namespace dim::server
