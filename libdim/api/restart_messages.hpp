#pragma once

#include "libdim/api/json.hpp"
#include "libdim/model/names.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Which processes of running blades go on with files that were replaced under them
/// (docs/api/openapi.json).
namespace dim::api {

/// A process that executes files which a sync replaced. Texts are printable.
struct RestartProcess {
    std::uint32_t pid;
    std::string command;              ///< /proc/PID/comm: "sshd"
    std::optional<std::string> unit;  ///< of systemd: "ssh.service"
    std::string file;                 ///< one of the files, the program itself when it is one
    std::uint32_t files;              ///< how many

    bool operator==(const RestartProcess&) const = default;
};

/// All of a blade.
struct Restarts {
    std::vector<RestartProcess> processes;  ///< at most limits::kRestartProcesses of them
    std::uint32_t total;                    ///< processes; all count
    std::optional<std::string> cause;       ///< why not all were looked at; absent: all were

    bool operator==(const Restarts&) const = default;
};

/// FOUND made fit to be sent, kept and shown, whoever chose the names in it: printable, within the
/// limits of the message, of which what fits is kept.
Restarts bounded(Restarts found);

/// POST /v1/agent/boots/{boot_id}/restarts: what a blade's monitor found, when it changed.
struct RestartReport {
    std::string token;
    Restarts found;
    std::uint64_t now_us;

    bool operator==(const RestartReport&) const = default;
};

/// POST /v1/restarts: what is to be started anew on these blades, at most limits::kRestartBlades.
struct RestartQuery {
    std::vector<model::ComponentName> blades;

    bool operator==(const RestartQuery&) const = default;
};

/// What one needs.
struct BladeRestarts {
    model::ComponentName blade;
    /// "known": FOUND says it; "unchanged": nothing was replaced since it booted; "waiting": it has
    /// not the shared root of its image's generation yet; "silent": it has, and has not said;
    /// "off": it does not run.
    std::string state;
    std::optional<Restarts> found = {};
    std::optional<std::string> kernel = {};       ///< that runs, when it is not the next one
    std::optional<std::string> next_kernel = {};  ///< of the boot file of its image, then

    bool operator==(const BladeRestarts&) const = default;
};

struct RestartList {
    std::vector<BladeRestarts> blades;  ///< as asked for

    bool operator==(const RestartList&) const = default;
};

}  // namespace dim::api
