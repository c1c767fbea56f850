#pragma once

#include "libdim/sys/clock.hpp"
#include "libdim/sys/fd.hpp"

#include <string>
#include <sys/types.h>

namespace dim::sys {

/// Connected, non-blocking. Errors: not_found when there is no socket, unavailable when nobody
/// listens on it.
Result<Fd> connect_unix(const std::string& path, const Deadline& deadline);
/// Listening, non-blocking; a socket that nobody listens on any more is replaced. Errors: conflict
/// when somebody does, invalid_input for a path above 107 bytes.
Result<Fd> listen_unix(const std::string& path, mode_t mode);

struct PeerCredentials {
    pid_t pid = 0;
    uid_t uid = 0;
    gid_t gid = 0;
    bool operator==(const PeerCredentials&) const = default;
};
/// Of the process that connected a Unix socket (SO_PEERCRED).
Result<PeerCredentials> peer_credentials(const Fd& socket);

}  // namespace dim::sys
