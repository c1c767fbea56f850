#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>

/// What a process gives up for itself and all that it starts, for good.
namespace dim::sys {

/// Leaves the namespaces of FLAGS (CLONE_NEWNS…) for new ones. Children are the first to be in a
/// new PID namespace.
Result<void> leave_namespaces(int flags);
/// Has this process killed when its parent ends (PR_SET_PDEATHSIG): exactly, when the thread of the
/// parent does that started it.
Result<void> end_with_parent();
/// Nobody but root with CAP_SYS_PTRACE can look into this process, or open its program.
Result<void> hide_process();

/// Keeps of all capabilities, also for programs of root, those over files: CAP_CHOWN,
/// CAP_DAC_OVERRIDE, CAP_FOWNER and CAP_FSETID; and CAP_SETUID and CAP_SETGID, to become a lesser
/// user, as scripts of packages do.
Result<void> keep_file_capabilities();
/// No program executed from now on gains rights: not by set-user-ID, not by file capabilities.
Result<void> set_no_new_privileges();
/// setrlimit(2), both limits. RESOURCE is RLIMIT_….
Result<void> set_limit(int resource, std::uint64_t value);
/// Programs executed from now on inherit the descriptors 0, 1 and 2 alone, whatever whoever started
/// this process left open.
Result<void> keep_standard_descriptors();
/// Who is to be ended first when memory runs out: 1000 for this process.
Result<void> offer_to_oom_killer();

/// A seccomp(2) filter under which system calls that reach what no namespace separates, or make new
/// namespaces or mounts, fail with EPERM; clone3(2), whose arguments a filter cannot see, with
/// ENOSYS. Needs set_no_new_privileges() first. Programs of another architecture than ours fail
/// with ENOSYS at every call.
Result<void> refuse_kernel_interfaces();

}  // namespace dim::sys
