#pragma once

#include "imageserver/service/service_control.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

namespace dim::server {

struct ConfigurationRecord;

/// A file of a service's configuration, as it shall be.
struct ConfigFile {
    std::string path;   ///< absolute; its directory exists
    std::string bytes;  ///< UTF-8
    mode_t mode = 0644;
    bool operator==(const ConfigFile&) const = default;
};

/// A service whose configuration DIM renders. A new configuration is checked by the daemon's own
/// checker, installed atomically, and loaded only when it differs from what the running service has
/// loaded; when the service then does not get ready, the last good one is put back. Locks inside;
/// apply blocks.
class ConfiguredService {
public:
    struct Settings {
        ServiceDescription service;
        std::string directory;  ///< of the service's own files; made if missing, mode 0755
        /// The checker's argument vector, given the paths of the candidate files in the order of
        /// the files; empty function: there is no checker.
        std::function<std::vector<std::string>(std::span<const std::string> candidates)> checker{};
        std::chrono::milliseconds checker_timeout{20'000};
    };
    enum class Outcome {
        unchanged,  ///< the service runs and has loaded these very bytes
        loaded,     ///< started or reloaded, and ready
    };

    /// CONTROL outlives this.
    ConfiguredService(ServiceControl& control, Settings settings);

    /// Errors: invalid_input when the checker refuses the files (nothing was changed,
    /// and the service runs with what it took last);
    /// unavailable or timed_out when the service did not get ready (the previous configuration is
    /// in force again, or, when there was none, the service is being retried with this one).
    Result<Outcome> apply(std::span<const ConfigFile> files);
    /// Why apply(FILES) would load them; nothing when the service has loaded these very bytes.
    /// Reads the record of what was loaded last.
    std::optional<std::string> load_reason(std::span<const ConfigFile> files) const;
    /// Whether it has taken a configuration, of this daemon or one before, that was not forgotten.
    bool has_loaded() const;
    /// From now on there is no configuration to go back to: another service does its work.
    Result<void> forget();
    /// The service's state; the cause is why it does not run or why its last configuration was
    /// refused.
    api::ServiceStatus status() const;

private:
    ConfigurationRecord record_of(std::span<const ConfigFile> files) const;
    Result<Outcome> apply_locked(std::span<const ConfigFile> files);
    Result<void> check(std::span<const ConfigFile> files) const;
    Result<void> run_checker(const std::vector<std::string>& candidates) const;
    Result<void> load() const;
    Result<void> write_record(const ConfigurationRecord& record) const;
    /// After a start of the daemon, too, a service runs with what it took last.
    Error keep_running(Error cause, const ConfigurationRecord& last_good) const;
    Error roll_back(const Error& cause, ConfigurationRecord previous) const;
    std::string record_path() const { return settings_.directory + "/last-good.json"; }

    ServiceControl& control_;
    Settings settings_;
    std::mutex apply_mutex_;
    mutable std::mutex refusal_mutex_;
    std::optional<std::string> refusal_;
};

}  // namespace dim::server
