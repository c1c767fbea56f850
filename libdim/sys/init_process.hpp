#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

/// What process 1 does, besides mounting, until it becomes another program.
namespace dim::sys {

/// A copy of this process; 0 in the child. For programs without threads.
Result<pid_t> fork();
/// Replaces this program; returns only the error. ARGUMENTS[0] is the name it is told.
Error exec(const std::string& path, const std::vector<std::string>& arguments,
           char* const* environment);
/// Ends this process at once, without destructors.
[[noreturn]] void exit_now(int code);

/// Waits until a child of ours ends, and forgets how.
void reap(pid_t child);

Result<void> fchdir(const Fd& directory);
/// Opens DEVICE for those of standard input, output and error that are closed: a kernel without
/// console starts process 1 that way, and a socket that becomes descriptor 2 gets our log.
Result<void> fill_standard(const std::string& device);
/// Makes FD what standard input (0), output (1) or error (2) is.
Result<void> make_standard(const Fd& fd, int standard);
Result<void> setsid();
/// The name in /proc/PID/comm, at most 15 bytes.
Result<void> set_process_name(const std::string& name);

/// Runs a program in a session of its own on the console (descriptors 0 to 2), and waits until it
/// ends, reaping whatever else ends meanwhile. Errors: those of exec.
Result<void> run_on_console(const std::vector<std::string>& arguments, char* const* environment);

/// Syncs file systems and starts the machine anew; returns only the error.
Error reboot();
Result<void> sethostname(const std::string& name);

}  // namespace dim::sys
