#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"

#include <span>
#include <string>

namespace dim::server {

/// What offers directories by NFS: NFS-Ganesha, or the kernel. Calls of offer and end take turns;
/// the others come from any thread.
class NfsServer {
public:
    virtual ~NfsServer() = default;

    /// Makes it offer these and nothing else of ours, and starts it if needed; an export that stays
    /// the same is not disturbed. Blocks. Errors: why it does not offer them.
    virtual Result<void> offer(std::span<const api::NfsExport> exports) = 0;
    /// Whether this machine has what it consists of, so that it may take another one's place.
    /// Starts nothing. Errors: what is missing, with the cure.
    virtual Result<void> check() = 0;
    /// Whether it was told to offer something of ours and not ended since, also by a daemon before.
    virtual bool has_served() const = 0;
    /// It offers nothing of ours from now on: another one takes its place. One that never did is
    /// success.
    virtual Result<void> end() = 0;
    /// What clients say before the path of an export: empty, or a directory.
    virtual std::string root() const = 0;
    virtual api::ServiceStatus status() const = 0;
};

}  // namespace dim::server
