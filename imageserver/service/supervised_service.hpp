#pragma once

#include "imageserver/service/child_process.hpp"
#include "imageserver/service/restart_backoff.hpp"
#include "imageserver/service/service_control.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dim::server {

/// One service of ChildSupervisor: its process, and why it has none. Neither locks nor waits.
class SupervisedService {
public:
    struct Settings {
        std::string record_path;
        RestartBackoff backoff;
    };
    SupervisedService(const std::string& name, Settings settings);

    const ServiceDescription& description() const { return description_; }
    api::ServiceStatus status() const;
    /// The running process; nullptr when there is none.
    sys::Process* process() { return child_ ? &child_->process : nullptr; }
    /// With these arguments, and confined so.
    bool runs_as(const ServiceDescription& description) const;

    /// From now on it is to run, as described; its next end is a failure.
    void want(ServiceDescription description);
    /// From now on it is not to run; its next end is no failure.
    void unwant();

    /// Starts the process. A failure is noted in the status, too.
    Result<void> spawn();
    /// Takes over a process that runs already, if there is one.
    Result<void> adopt();
    /// Notices that the process has ended. True when it has.
    bool notice_end();
    /// Monotonic microseconds when it is to be started again, if it is.
    std::optional<std::int64_t> restart_us() const { return restart_us_; }

    /// What follows in the log belongs to a new configuration.
    void mark_log();
    /// Whether LOG says that it could not read its configuration again.
    bool has_said_failed(std::string_view log) const;
    /// What the service wrote since it was started or its log was marked.
    std::string log_excerpt() const;
    /// Whether a text in the log or an earlier daemon said that it is ready.
    bool has_said_ready(std::string_view log) const;
    void note_ready();
    void note_not_ready(const Error& error);
    /// The reason of a failure, out of what it wrote.
    std::string explain() const;

private:
    void begin(Child child, std::uint64_t log_start);
    void note_end(std::string cause);

    Settings settings_;
    ServiceDescription description_;
    std::optional<Child> child_;
    bool is_wanted_ = false;
    std::optional<model::Timestamp> since_;
    std::optional<std::string> cause_ = "not started yet";
    std::uint64_t log_start_ = 0;
    std::int64_t started_us_ = 0;  ///< monotonic
    std::optional<std::int64_t> restart_us_;
};

}  // namespace dim::server
