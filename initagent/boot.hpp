#pragma once

#include "initagent/boot_environment.hpp"
#include "initagent/checked_plan.hpp"
#include "initagent/kernel_modules.hpp"
#include "initagent/network.hpp"
#include "initagent/new_root.hpp"
#include "initagent/server_session.hpp"
#include "initagent/stage_reporter.hpp"
#include "initagent/unreported_failures.hpp"
#include "libdim/tls/client_settings.hpp"
#include "libdim/tls/random.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dim::agent {

struct BootSettings {
    std::uint64_t started_us = 0;        ///< when process 1 began
    std::vector<std::string> arguments;  ///< process 1's own, for the distribution's init
    char* const* environment = nullptr;
    char* process_title = nullptr;  ///< argv[0] in memory
    std::string new_root = "/sysroot";
    EnvironmentFiles files;
    ModuleFiles modules;
    NetworkSettings network;
    MountFileSystem mount_file_system = mount_nfs;
};

/// The boot of this blade, in as many attempts as it takes.
class Boot {
public:
    explicit Boot(BootSettings settings) : settings_(std::move(settings)) {}

    /// Boots: does not return unless it failed, with everything undone but the network. That
    /// too when DHCP told it and no image server was found there: another answer may be right.
    Error attempt(StageReporter& reporter);
    /// Tells the server, or keeps it for the next time that the server can be reached.
    void report(const api::BootFailure& failure);

    const BootEnvironment& environment() const { return environment_; }
    char* const* process_environment() const { return settings_.environment; }
    /// What the server asked for when it refused this attempt.
    std::optional<std::chrono::seconds> retry_after() const;

private:
    Result<void> boot(StageReporter& reporter);
    void show_on_screen();
    Result<void> load_modules();
    Result<void> read_environment(const StageReporter& reporter);
    Result<CheckedPlan> negotiate(StageReporter& reporter);
    Result<void> become_init(StageReporter& reporter);
    void forget_dhcp_answer();
    ServerEndpoint endpoint() const;

    BootSettings settings_;
    KernelModules modules_;
    sys::Fd screen_;
    BootEnvironment environment_;
    std::optional<tls::Random> random_;
    std::optional<tls::ClientSettings> tls_;
    std::optional<BootNetwork> network_;
    std::optional<ServerSession> session_;
    std::optional<CheckedPlan> plan_;
    UnreportedFailures failures_;
};

}  // namespace dim::agent
