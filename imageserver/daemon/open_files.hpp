#pragma once

#include "libdim/http/server.hpp"

#include <cstdint>

namespace dim::server {

/// Descriptors that the daemon may need at once: its connections, and what lanes, services,
/// database and event loop have open. A mounted image holds none: its loop device is the kernel's,
/// its export the NFS server's.
inline constexpr std::uint64_t kOpenFilesBesideConnections = 512;
std::uint64_t open_files_needed(const http::Server::Settings& server);

/// Raises the limit of open files as far as it may, and reports when that is too low: connections
/// on top of it are refused then. The services keep the limit: they need it as much.
void provide_open_files(std::uint64_t needed);

}  // namespace dim::server
