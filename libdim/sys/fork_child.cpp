#include "libdim/sys/fork_child.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/process.hpp"

#include <cerrno>
#include <exception>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace dim::sys {

namespace {

constexpr std::size_t kTextLimit = 64 * 1024;

// What goes through the pipe: "=VALUE", or "!CODE ERRNO LENGTH-OF-MESSAGE MESSAGE CURE".
std::string encode(const Result<std::string>& result) {
    if (result) return "=" + result->substr(0, kTextLimit);
    const Error& error = result.error();
    const std::string message = error.message().substr(0, kTextLimit);
    return "!" + std::to_string(static_cast<int>(error.code())) + ' ' +
           std::to_string(error.system_errno()) + ' ' + std::to_string(message.size()) + ' ' +
           message + error.cure().substr(0, kTextLimit);
}

/// The error again, with its errno where the message still ends in the text of that.
Error make_error(ErrorCode code, int number, std::string message) {
    if (number != 0) {
        const std::string ending = ": " + std::generic_category().message(number);
        if (message.ends_with(ending)) {
            message.resize(message.size() - ending.size());
            return Error::from_errno(number, message);
        }
    }
    return Error(code, std::move(message));
}

Result<std::string> decode(std::string_view text) {
    if (text.starts_with('=')) return std::string(text.substr(1));
    const std::vector<std::string_view> words = split(text.substr(0, 64), ' ');
    if (!text.starts_with('!') || words.size() < 4)
        return fail(ErrorCode::internal, "a child process died without an answer");
    DIM_TRY(const int code,
            parse_number<int>(words[0].substr(1), 0, static_cast<int>(ErrorCode::internal)));
    DIM_TRY(const int number, parse_number<int>(words[1]));
    DIM_TRY(const std::size_t size, parse_number<std::size_t>(words[2]));
    text.remove_prefix(words[0].size() + words[1].size() + words[2].size() + 3);
    Error error = make_error(ErrorCode{code}, number, std::string(text.substr(0, size)));
    if (size < text.size()) error = std::move(error).with_cure(std::string(text.substr(size)));
    return fail(std::move(error));
}

[[noreturn]] void run_child(const std::function<Result<std::string>()>& function,
                            const Fd& pipe_end) {
    const auto caught = [&]() -> Result<std::string> {
        try {
            return function();
        } catch (const std::exception& exception) {
            return fail(ErrorCode::internal, exception.what());
        }
    };
    const Result<std::string> result = caught();
    const Result<void> written = write_all(pipe_end, encode(result));
    ::_exit(written ? 0 : 1);
}

/// To wait for; killed when there is no descriptor for it.
Result<Process> own_child(pid_t pid) {
    Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (pidfd) return Process(pid, std::move(pidfd));
    Error error = Error::from_errno(errno, "open process " + std::to_string(pid));
    ::kill(pid, SIGKILL);
    (void)::waitpid(pid, nullptr, 0);
    return fail(std::move(error));
}

/// Everything the child writes until it ends or the deadline passes.
Result<std::string> receive_all(const Fd& pipe_end, const Deadline& deadline) {
    std::string text;
    for (;;) {
        DIM_CHECK(poll(pipe_end, Readiness::readable, deadline));
        char buffer[4096];
        DIM_TRY(const std::size_t count, read(pipe_end, buffer));
        if (count == 0) return text;
        text.append(buffer, count);
    }
}

}  // namespace

Result<std::string> ask_child(const std::function<Result<std::string>()>& function,
                              std::chrono::milliseconds timeout) {
    const Deadline deadline = Deadline::in(timeout);
    DIM_TRY(Pipe ends, pipe());
    const pid_t pid = ::fork();
    if (pid < 0) return fail(Error::from_errno(errno, "fork"));
    if (pid == 0) run_child(function, ends.write_end);
    ends.write_end.reset();

    DIM_TRY(Process child, own_child(pid));
    Result<std::string> text = receive_all(ends.read_end, deadline);
    if (!text) (void)child.kill(SIGKILL);
    // A child inside an uninterruptible call does not go even now; do not wait with it.
    (void)child.wait(Deadline::in(std::chrono::milliseconds(text ? 5000 : 200)));
    if (text) return decode(*text);
    if (text.error().code() != ErrorCode::timed_out) return text;
    return fail(ErrorCode::timed_out,
                "no result within " + std::to_string(timeout.count()) + " ms");
}

Result<void> fork_child(const std::function<Result<void>()>& function,
                        std::chrono::milliseconds timeout) {
    const std::function<Result<std::string>()> wrapped = [&function]() -> Result<std::string> {
        DIM_CHECK(function());
        return std::string();
    };
    DIM_CHECK(ask_child(wrapped, timeout));
    return {};
}

}  // namespace dim::sys
