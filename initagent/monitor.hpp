#pragma once

#include "initagent/checked_plan.hpp"
#include "initagent/new_root.hpp"
#include "initagent/server_session.hpp"
#include "initagent/switch_root.hpp"
#include "libdim/model/mac_address.hpp"
#include "libdim/model/names.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace dim::agent {

struct MonitorSettings {
    std::string boot_id;
    std::string token;
    // What it tells a server that does not know the boot any more.
    model::MacAddress mac;
    model::ImageName image;
    model::Generation generation;
    std::chrono::seconds heartbeat{};
    // What it mounts when the server names the shared root of another generation.
    std::vector<MountStep> shared;  ///< mounted by the boot
    model::Ipv4Address address;     ///< the blade's
    std::string staging;            ///< a directory of the old root
    MountFileSystem mount_file_system = mount_nfs;
    /// A new session when the old one broke.
    std::function<Result<ServerSession>()> connect;
    char* process_title = nullptr;  ///< argv[0]: its first byte becomes '@'
};

/// The process that stays when the agent has become the distribution's init: it says `running` once
/// and heartbeats for ever after, whatever becomes of the server. A server that does not know the
/// boot any more is asked to know it again. When the answer to a heartbeat names the shared root of
/// another generation, that is mounted over the one in use, and the outcome reported; then which
/// processes go on with files that were replaced, until there are none.
///
/// It lives in the old root with its own /proc and holds nothing of the distribution's. Its name
/// begins with '@', so systemd leaves it alone when it shuts down; SIGTERM ends it, so that it
/// holds up nobody else's shutdown.
class Monitor {
public:
    /// Forks it, from the new root; it takes SESSION over as soon as this process has become
    /// another program, and not before.
    static Result<Monitor> start(ServerSession& session, SwitchedRoot& root,
                                 const MonitorSettings& settings);
    /// This process could not become another program: the monitor goes without a word.
    void cancel();

private:
    Monitor(pid_t pid, sys::Fd signal) : pid_(pid), signal_(std::move(signal)) {}
    pid_t pid_;
    sys::Fd signal_;
};

}  // namespace dim::agent
