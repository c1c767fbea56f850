#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/api/restart_messages.hpp"
#include "libdim/base/result.hpp"

#include <cstdint>
#include <optional>

namespace dim::server {

extern const Migration kRestartMigration;

/// What is to be started anew on a blade, kept with its boot but not in its record: that is written
/// with every heartbeat.
struct BootRestarts {
    bool is_expected = false;            ///< files were replaced under it, as far as we know
    std::optional<api::Restarts> found;  ///< what it said since

    bool operator==(const BootRestarts&) const = default;
};

/// Of the boot KEY; goes with it.
Result<BootRestarts> load_restarts(Transaction& transaction, std::int64_t key);
/// FOUND: nothing when it is to say so yet.
Result<void> store_restarts(Transaction& transaction, std::int64_t key,
                            const std::optional<api::Restarts>& found);

}  // namespace dim::server
