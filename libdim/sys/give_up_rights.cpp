#include "libdim/sys/give_up_rights.hpp"

#include "libdim/sys/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace dim::sys {

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kOurArchitecture = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kForeignCallBit = 0x40000000;  // x32
#elif defined(__aarch64__)
constexpr std::uint32_t kOurArchitecture = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t kForeignCallBit = 0;
#else
#error "add this architecture's AUDIT_ARCH_…"
#endif

// All below 32.
constexpr std::array kFileCapabilities{CAP_CHOWN,  CAP_DAC_OVERRIDE, CAP_FOWNER,
                                       CAP_FSETID, CAP_SETGID,       CAP_SETUID};

constexpr std::uint32_t kNewNamespaces = CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
                                         CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

/// Most want capabilities that are gone anyway: a hole in one of them is to be out of reach, too.
constexpr std::array kRefusedCalls{
    // keys are of the user, root, not of a namespace
    SYS_add_key, SYS_request_key, SYS_keyctl,
    // namespaces, mounts and roots
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_open_tree,
    SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_mount_setattr,
    SYS_quotactl, SYS_swapon, SYS_swapoff, SYS_name_to_handle_at, SYS_open_by_handle_at,
    // the kernel itself
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_io_uring_setup, SYS_io_uring_enter,
    SYS_io_uring_register, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load,
    SYS_kexec_file_load, SYS_reboot, SYS_syslog, SYS_acct, SYS_fanotify_init, SYS_vhangup,
    // clocks and other processes
    SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime, SYS_ptrace,
    SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_getfd, SYS_kcmp, SYS_process_madvise};

/// No other kind of socket may be made: AF_VSOCK reaches the hypervisor from any network namespace.
constexpr std::array kSockets{AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

constexpr sock_filter load(std::size_t offset) {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}
constexpr sock_filter answer(std::uint32_t action) { return BPF_STMT(BPF_RET | BPF_K, action); }
constexpr sock_filter skip_unless_equal(std::uint32_t value) {
    return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
}

/// The lower half of argument 0 on a little-endian machine.
constexpr std::size_t kFirstArgument = offsetof(seccomp_data, args);

/// STEPS, for the system call CALL alone.
void append_if_call(std::vector<sock_filter>& program, long call,
                    const std::vector<sock_filter>& steps) {
    program.push_back(load(offsetof(seccomp_data, nr)));
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0,
                               static_cast<std::uint8_t>(steps.size())));
    program.insert(program.end(), steps.begin(), steps.end());
}

std::vector<sock_filter> filter_program() {
    const sock_filter refuse = answer(SECCOMP_RET_ERRNO | EPERM);
    const sock_filter unknown = answer(SECCOMP_RET_ERRNO | ENOSYS);
    std::vector<sock_filter> program{
        load(offsetof(seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kOurArchitecture, 1, 0),
        unknown,
        load(offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kForeignCallBit, 0, 1),
        unknown,
        skip_unless_equal(SYS_clone3),
        unknown,
    };
    for (const long call : kRefusedCalls) {
        program.push_back(skip_unless_equal(static_cast<std::uint32_t>(call)));
        program.push_back(refuse);
    }
    append_if_call(
        program, SYS_clone,
        {load(kFirstArgument), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kNewNamespaces, 0, 1), refuse});
    std::vector<sock_filter> socket{load(kFirstArgument)};
    for (const int family : kSockets) {
        socket.push_back(skip_unless_equal(static_cast<std::uint32_t>(family)));
        socket.push_back(answer(SECCOMP_RET_ALLOW));
    }
    socket.push_back(answer(SECCOMP_RET_ERRNO | EAFNOSUPPORT));
    append_if_call(program, SYS_socket, socket);
    program.push_back(answer(SECCOMP_RET_ALLOW));
    return program;
}

Result<void> control(int option, unsigned long argument, const char* what) {
    if (::prctl(option, argument, 0, 0, 0) == 0) return {};
    return fail(Error::from_errno(errno, what));
}

}  // namespace

Result<void> leave_namespaces(int flags) {
    if (::unshare(flags) == 0) return {};
    return fail(Error::from_errno(errno, "make namespaces"));
}

Result<void> end_with_parent() {
    return control(PR_SET_PDEATHSIG, SIGKILL, "end with the parent process");
}

Result<void> hide_process() { return control(PR_SET_DUMPABLE, 0, "hide the process"); }

Result<void> keep_file_capabilities() {
    std::array<__user_cap_data_struct, 2> sets{};
    for (const int capability : kFileCapabilities)
        sets[0].effective |= 1U << static_cast<unsigned>(capability);
    sets[0].permitted = sets[0].effective;
    // What root's programs may gain: it must go first, while this process still may take it.
    for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
        if (std::ranges::find(kFileCapabilities, capability) != kFileCapabilities.end()) continue;
        DIM_CHECK(
            control(PR_CAPBSET_DROP, static_cast<unsigned long>(capability), "drop a capability"));
    }
    DIM_CHECK(control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, "drop ambient capabilities"));
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    if (::syscall(SYS_capset, &header, sets.data()) == 0) return {};
    return fail(Error::from_errno(errno, "drop capabilities"));
}

Result<void> set_no_new_privileges() {
    return control(PR_SET_NO_NEW_PRIVS, 1, "give up new privileges");
}

Result<void> set_limit(int resource, std::uint64_t value) {
    const rlimit limit{.rlim_cur = value, .rlim_max = value};
    if (::setrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0) return {};
    return fail(Error::from_errno(errno, "set a limit"));
}

Result<void> keep_standard_descriptors() {
    constexpr unsigned kFirst = 3;
    if (::close_range(kFirst, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return {};
    return fail(Error::from_errno(errno, "mark descriptors"));
}

Result<void> offer_to_oom_killer() { return write_file("/proc/self/oom_score_adj", "1000"); }

Result<void> refuse_kernel_interfaces() {
    std::vector<sock_filter> filter = filter_program();
    const sock_fprog program{.len = static_cast<unsigned short>(filter.size()),
                             .filter = filter.data()};
    if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0) return {};
    return fail(Error::from_errno(errno, "filter system calls"));
}

}  // namespace dim::sys
