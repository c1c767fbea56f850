#pragma once

#include "imageserver/service/service_control.hpp"
#include "libdim/sys/fd.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace dim::server {

/// Runs services as child processes, each in a process group of its own. They outlive this daemon:
/// their identity is kept in RUN/services/NAME.json, and the next daemon adopts them.
///
/// The event loop waits until event_fd() is readable and then calls handle_events(); that is when
/// ends of processes are noticed and restarts happen.
class [[nodiscard]] ChildSupervisor final : public ServiceControl {
public:
    struct Settings {
        std::string run_directory;                     ///< RUN/services; made if missing, mode 0700
        std::chrono::milliseconds first_delay{500};    ///< before a service is started again…
        std::chrono::milliseconds last_delay{30'000};  ///< …doubled each time up to this
        std::chrono::milliseconds stop_timeout{5'000};      ///< between SIGTERM and SIGKILL
        std::uint64_t log_limit = std::uint64_t{10} << 20;  ///< bytes; then it becomes NAME.1
        std::chrono::milliseconds log_check_interval{60'000};
        /// Told after each change of a service, on the thread that noticed it; may be empty. May
        /// ask for the status, but not call start, reload or stop.
        std::function<void(const api::ServiceStatus&)> on_change;
    };

    static Result<std::unique_ptr<ChildSupervisor>> create(Settings settings);
    /// The services keep running.
    ~ChildSupervisor() override;

    Result<StartOutcome> start(const ServiceDescription& service) override;
    Result<void> reload(const std::string& name) override;
    Result<void> stop(const std::string& name) override;
    api::ServiceStatus status(const std::string& name) const override;

    /// Readable when handle_events has something to do.
    const sys::Fd& event_fd() const;
    /// Blocks for as long as a log above its limit takes to be copied; status() does not. Errors:
    /// only those of the supervisor itself.
    Result<void> handle_events();

private:
    struct State;
    explicit ChildSupervisor(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace dim::server
