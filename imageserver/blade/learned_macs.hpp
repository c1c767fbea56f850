#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/api/mac_messages.hpp"
#include "libdim/base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace dim::server {

extern const Migration kLearnedMacMigration;

/// A MAC that is known of a blade besides its definition.
struct LearnedMac {
    model::MacAddress mac;
    std::string source;  ///< "learn", or the name of a plug-in
    std::optional<api::MacPlace> place = {};
    model::Timestamp since;

    bool operator==(const LearnedMac&) const = default;
};

/// No two have the same MAC.
using LearnedByBlade = std::map<model::ComponentName, LearnedMac>;

/// What was learned, in the database. Any thread may call.
class LearnedMacs {
public:
    /// DATABASE outlives this.
    explicit LearnedMacs(Database& database) : database_(database) {}

    Result<LearnedByBlade> all();
    /// How often it was replaced.
    Result<std::uint64_t> number();
    /// By LEARNED, in one transaction.
    Result<void> replace(const LearnedByBlade& learned);

private:
    Database& database_;
};

}  // namespace dim::server
