#include "bladeexec/confined_command.hpp"

#include "bladeexec/blade_root.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/give_up_rights.hpp"
#include "libdim/sys/init_process.hpp"
#include "libdim/sys/mount_tree.hpp"
#include "libdim/sys/signals.hpp"

#include <array>
#include <cerrno>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace dim::bladeexec {

namespace {

constexpr const char* kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::uint64_t kOpenFiles = 4096;

Result<void> await_parent(const sys::Fd& go) {
    DIM_CHECK(sys::end_with_parent());
    // Who ended before that call sends no signal any more.
    std::array<char, 1> byte{};
    DIM_TRY(const std::size_t count, sys::read(go, byte));
    if (count == 1) return {};
    return fail(ErrorCode::unavailable, "the parent process ended");
}

/// The server's own program, so that the blade's root needs none. Empty when there is none.
Result<sys::Fd> open_interpreter(const std::string& path) {
    if (path.empty()) return sys::Fd();
    DIM_TRY(sys::Fd program, sys::clone_mount(path));
    // Whoever is run by it could write to it through /proc/self/exe.
    DIM_CHECK(sys::set_mount_attributes(
        program, {.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, .clear = 0}));
    return program;
}

Result<void> confine() {
    // 1 byte: unlike 0, it also keeps the server's core_pattern from starting a program (core(5)).
    DIM_CHECK(sys::set_limit(RLIMIT_CORE, 1));
    DIM_CHECK(sys::set_limit(RLIMIT_NOFILE, kOpenFiles));
    DIM_CHECK(sys::set_no_new_privileges());
    DIM_CHECK(sys::keep_file_capabilities());
    return sys::refuse_kernel_interfaces();
}

bool is_program(const std::string& path) {
    const auto status = sys::stat(path);
    return status && S_ISREG(status->mode) && (status->mode & 0111) != 0;
}

Result<std::string> find_program(const std::string& name) {
    if (name.contains('/') && is_program(name)) return name;
    if (!name.contains('/')) {
        for (const std::string_view directory : split(kPath, ':')) {
            const std::string path = std::string(directory) + "/" + name;
            if (is_program(path)) return path;
        }
    }
    return fail(Error(ErrorCode::not_found, "there is no program " + name + " in the blade's root")
                    .with_cure("name one of its programs; a line for a shell is one word: sh -c "
                               "'COMMAND | COMMAND'"));
}

/// Becomes the command; returns only why not.
Result<void> become_command(const Invocation& invocation, const sys::Fd& interpreter) {
    DIM_CHECK(sys::reset_signals());
    DIM_CHECK(sys::setsid());
    DIM_TRY(const sys::Fd null, sys::open("/dev/null", O_RDONLY));
    DIM_CHECK(sys::make_standard(null, 0));
    DIM_CHECK(sys::keep_standard_descriptors());
    DIM_TRY(const std::string program, find_program(invocation.command[0]));
    std::array<std::string, 5> variables{std::string("PATH=") + kPath, "HOME=/root", "USER=root",
                                         "LOGNAME=root", "DIM_BLADE=" + invocation.hostname};
    std::array<char*, 6> environment{variables[0].data(), variables[1].data(), variables[2].data(),
                                     variables[3].data(), variables[4].data(), nullptr};
    std::vector<std::string> arguments = invocation.command;
    std::string executed = program;
    if (interpreter) {
        arguments[0] = program;
        arguments.insert(arguments.begin(), invocation.interpreter);
        executed = "/proc/self/fd/" + std::to_string(interpreter.get());
    }
    Error error = sys::exec(executed, arguments, environment.data());
    if (error.system_errno() == ENOEXEC)
        error = Error(ErrorCode::conflict, program + " is no program that this server can run");
    return fail(std::move(error));
}

Report run_command(const Invocation& invocation, const sys::Fd& interpreter) {
    // Closed without a word when the command's program begins.
    DIM_TRY(sys::Pipe failure, sys::pipe());
    DIM_TRY(const pid_t pid, sys::fork());
    if (pid == 0) {
        const Result<void> failed = become_command(invocation, interpreter);
        (void)sys::write_all(failure.write_end, to_text(fail(failed.error())));
        sys::exit_now(1);
    }
    failure.write_end.reset();
    DIM_TRY(sys::Process command, sys::open_process(pid));
    DIM_TRY(const std::string text, sys::read_all(failure.read_end));
    if (!text.empty()) return parse_report(text);
    return command.wait(sys::Deadline::never());
}

}  // namespace

Report run_confined(const Invocation& invocation, const sys::Fd& go) {
    DIM_CHECK(await_parent(go));
    DIM_CHECK(sys::hide_process());
    DIM_CHECK(sys::leave_namespaces(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                                    CLONE_NEWCGROUP));
    DIM_CHECK(sys::sethostname(invocation.hostname));
    DIM_TRY(const sys::Fd interpreter, open_interpreter(invocation.interpreter));
    DIM_CHECK(enter_blade_root(invocation));
    DIM_CHECK(confine());
    return run_command(invocation, interpreter);
}

}  // namespace dim::bladeexec
