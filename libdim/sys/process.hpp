#pragma once

#include "libdim/sys/clock.hpp"
#include "libdim/sys/confinement.hpp"
#include "libdim/sys/fd.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace dim::sys {

enum class ProcessGroup { ours, own_group, own_session };

struct SpawnSettings {
    std::vector<std::string> arguments =
        {};  ///< [0] is the program, looked up in PATH if without slash
    std::vector<std::string> environment = {};  ///< "NAME=value"; empty: ours
    std::string directory = {};                 ///< working directory; empty: ours
    const Fd* standard_input = nullptr;         ///< nullptr: /dev/null
    const Fd* standard_output = nullptr;        ///< nullptr: /dev/null
    const Fd* standard_error = nullptr;         ///< nullptr: /dev/null
    ProcessGroup group = ProcessGroup::ours;
    std::optional<Confinement> confinement = {};  ///< nothing: as we are
};

/// How a process ended.
struct ExitStatus {
    int code = 0;    ///< exit code, when signal is 0
    int signal = 0;  ///< what killed it
    bool is_success() const { return code == 0 && signal == 0; }
    bool operator==(const ExitStatus&) const = default;
};
/// "exit code 3", "killed by signal 9".
std::string to_string(const ExitStatus& status);

/// A child of ours, or a process found again after our restart: the one that its pidfd stands for,
/// never a successor with its number. Nothing is killed by destruction.
class [[nodiscard]] Process {
public:
    Process(pid_t pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
    pid_t pid() const { return pid_; }
    /// Readable when the process has ended.
    const Fd& pidfd() const { return pidfd_; }

    /// Errors: timed_out; not_found when it is not our child.
    Result<ExitStatus> wait(const Deadline& deadline);
    /// Nothing when it still runs.
    Result<std::optional<ExitStatus>> try_wait();
    /// Errors: not_found when it ended.
    Result<void> kill(int signal);
    /// Of all its threads so far (clock_getcpuclockid(3)). Errors: not_found when it ended.
    Result<std::chrono::nanoseconds> processor_time() const;

private:
    pid_t pid_;
    Fd pidfd_;
};

/// A child of ours. Errors: not_found.
Result<Process> open_process(pid_t pid);

/// Starts a program with an empty signal mask, default signal actions and stdin from /dev/null; it
/// inherits nothing but the descriptors named. Errors: not_found and others from exec itself, those
/// of run_confined.
Result<Process> spawn(const SpawnSettings& settings);

}  // namespace dim::sys
