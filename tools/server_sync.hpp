#pragma once

#include "libdim/api/push_messages.hpp"
#include "tools/command.hpp"

namespace dim::tool {

/// Brings a generation of an image to members of the server here, and draws how far it is.
Outcome<api::ServerSyncReport> sync_servers(const Context& context,
                                            const api::SyncServers& request);
/// Failures: that of the first server that does not have the generation.
Outcome<> check_synced(const api::ServerSyncReport& report);

}  // namespace dim::tool
