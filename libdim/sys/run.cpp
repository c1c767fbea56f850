#include "libdim/sys/run.hpp"

#include "libdim/sys/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <signal.h>

namespace dim::sys {

namespace {

/// Takes what the pipe holds now. True at its end.
Result<bool> drain(const Fd& pipe_end, std::size_t limit, RunResult& result) {
    std::array<char, 4096> buffer;
    for (;;) {
        Result<std::size_t> count = read(pipe_end, buffer);
        if (!count && count.error().system_errno() == EAGAIN) return false;
        if (!count) return fail(std::move(count).error());
        if (*count == 0) return true;
        const std::size_t kept = std::min(*count, limit - result.output.size());
        result.output.append(buffer.data(), kept);
        result.is_output_cut = result.is_output_cut || kept < *count;
    }
}

/// Until the process has ended. Its own children may keep the pipe open longer; they do not count.
Result<void> collect(Process& process, Fd pipe_end, std::size_t limit, const Deadline& deadline,
                     RunResult& result) {
    for (;;) {
        std::array<pollfd, 2> ready{pollfd{process.pidfd().get(), POLLIN, 0},
                                    pollfd{pipe_end.get(), POLLIN, 0}};
        const int count = ::poll(ready.data(), ready.size(), deadline.poll_timeout());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(Error::from_errno(errno, "poll"));
        if (count == 0) return fail(ErrorCode::timed_out, "still running after its time");
        if (ready[1].revents != 0) {
            DIM_TRY(const bool is_end, drain(pipe_end, limit, result));
            if (is_end) pipe_end.reset();
        }
        if (ready[0].revents != 0) {
            if (pipe_end) DIM_CHECK(drain(pipe_end, limit, result));
            return {};
        }
    }
}

}  // namespace

Result<RunResult> run(const std::vector<std::string>& arguments, std::chrono::milliseconds timeout,
                      const RunSettings& settings) {
    const Deadline deadline = Deadline::in(timeout);
    DIM_TRY(Pipe ends, pipe());
    DIM_CHECK(set_nonblocking(ends.read_end));
    DIM_TRY(Process process, spawn({.arguments = arguments,
                                    .environment = settings.environment,
                                    .directory = settings.directory,
                                    .standard_input = settings.standard_input,
                                    .standard_output = &ends.write_end,
                                    .standard_error = &ends.write_end,
                                    .group = ProcessGroup::own_group,
                                    .confinement = settings.confinement}));
    ends.write_end.reset();
    RunResult result;
    Result<void> collected =
        collect(process, std::move(ends.read_end), settings.output_limit, deadline, result);
    if (!collected) {
        ::kill(-process.pid(), SIGKILL);
        (void)process.wait(Deadline::in(std::chrono::seconds(1)));
        Error error = std::move(collected).error().with_context(arguments[0]);
        if (result.output.empty()) return fail(std::move(error));
        return fail(error.code(), error.message() + "; it said: " + result.output);
    }
    DIM_TRY(result.status, process.wait(deadline));
    return result;
}

}  // namespace dim::sys
