#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/sys/confinement.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// How a running service is made to read its configuration again.
enum class ReloadAction {
    restart,  ///< stop and start: ISC dhcpd cannot do better
    hangup,   ///< SIGHUP
};

/// A daemon that DIM runs.
struct ServiceDescription {
    std::string name;                    ///< a single path component: "dhcpd"
    std::vector<std::string> arguments;  ///< [0] is the program's absolute path; in the foreground
    std::string log_file{};              ///< gets standard output and standard error; appended to
    std::vector<std::string> environment{};         ///< "NAME=value", besides the few it always has
    std::optional<sys::Confinement> confinement{};  ///< nothing: it may do all that the daemon may
    ReloadAction reload = ReloadAction::restart;
    /// A second process could start beside a first one and do harm (no port of its own to fight
    /// over): the process holds a lock on its log file. Not for services with short-lived children.
    bool must_be_alone = false;
    /// Without computing: see Patience.
    std::chrono::milliseconds ready_timeout{10'000};
    /// What the service logs once it is ready, for one that cannot be asked; empty: nothing.
    std::string ready_text{};
    /// What it logs once it has read its configuration again; empty: what it logs once it is ready.
    std::string reloaded_text{};
    /// What it logs when it could not read its configuration again: no need to wait for more.
    std::string failed_text{};
    /// One quick attempt to see whether the service answers; LOG is what it wrote since it was
    /// started or reloaded. Repeated until it succeeds; empty: ready as soon as it runs. Called on
    /// the thread that called start or reload.
    std::function<Result<void>(std::string_view log)> probe{};
    /// The reason for a failure out of what the service wrote since it was started, which may be
    /// nothing; empty: its last lines.
    std::function<std::string(std::string_view log)> explain{};
};

enum class StartOutcome {
    started,  ///< a new process, which has read the configuration as it is now
    kept,     ///< it ran already, with whatever it has read
};

/// Starts and stops services. One real implementation (ChildSupervisor) and one fake. All calls may
/// come from any thread; start, reload and stop block until they are done.
class ServiceControl {
public:
    virtual ~ServiceControl() = default;

    /// Makes sure the service runs, with these very arguments, confined so, and is ready; one that
    /// runs already, also from before our own restart, is kept. From now on it is started again
    /// whenever it ends, even when this call fails. Errors: unavailable with the last lines of its
    /// log; timed_out when it runs but does not get ready.
    virtual Result<StartOutcome> start(const ServiceDescription& service) = 0;
    /// Makes the service read its configuration and waits until it is ready again. Errors: as
    /// start; not_found when it was never started.
    virtual Result<void> reload(const std::string& name) = 0;
    /// SIGTERM, then SIGKILL; it is not started again. A service that does not run is success.
    virtual Result<void> stop(const std::string& name) = 0;
    /// What was observed last. A name never started is "not running" with that as the cause.
    virtual api::ServiceStatus status(const std::string& name) const = 0;
};

}  // namespace dim::server
