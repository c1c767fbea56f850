#include "libdim/sys/filter.hpp"

#include "libdim/sys/file.hpp"
#include "libdim/sys/poll.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <signal.h>
#include <sys/mman.h>

namespace dim::sys {

namespace {

Result<Fd> file_with(std::string_view text) {
    Fd fd(::memfd_create("input", MFD_CLOEXEC));
    if (!fd) return fail(Error::from_errno(errno, "memfd_create"));
    DIM_CHECK(write_at(fd, text, 0));
    return fd;
}

/// What a pipe holds now, given to RECEIVER, which may fail. Closes it at its end.
template <class Receiver>
Result<void> take(Fd& pipe_end, const Receiver& receiver) {
    std::array<char, 16 * 1024> buffer;
    while (pipe_end) {
        const Result<std::size_t> count = read(pipe_end, buffer);
        if (!count && count.error().system_errno() == EAGAIN) return {};
        if (!count) return fail(count.error());
        if (*count == 0)
            pipe_end.reset();
        else
            DIM_CHECK(receiver(std::string_view(buffer.data(), *count)));
    }
    return {};
}

/// A program at work, with what it has said.
struct Filtering {
    Process process;
    Fd output;
    Fd errors;
    std::string text;
    std::size_t errors_told = 0;

    Result<void> take_all(const FilterSettings& settings) {
        DIM_CHECK(take(output, [&](std::string_view piece) -> Result<void> {
            text += piece;
            if (text.size() <= settings.output_limit) return {};
            return fail(ErrorCode::limit_exceeded,
                        "it printed more than " + std::to_string(settings.output_limit) + " bytes");
        }));
        return take(errors, [&](std::string_view piece) -> Result<void> {
            piece = piece.substr(0, settings.error_limit - errors_told);
            errors_told += piece.size();
            if (settings.on_error && !piece.empty()) settings.on_error(piece);
            return {};
        });
    }

    /// Until the process has ended. Its own children may keep the pipes open longer; they do not
    /// count.
    Result<void> follow(const FilterSettings& settings, const Deadline& deadline) {
        for (;;) {
            std::vector<PollItem> items{{.fd = process.pidfd(), .is_to_read = true}};
            for (const Fd* pipe_end : {&output, &errors})
                if (*pipe_end) items.push_back({.fd = *pipe_end, .is_to_read = true});
            DIM_CHECK(poll(items, deadline));
            // Asked first: what it said before its end is in the pipes by then.
            const bool has_ended = poll(process.pidfd(), Readiness::readable,
                                        Deadline::in(std::chrono::milliseconds(0)))
                                       .has_value();
            DIM_CHECK(take_all(settings));
            if (has_ended) return {};
        }
    }
};

}  // namespace

Result<FilterResult> filter(const std::vector<std::string>& arguments,
                            std::chrono::milliseconds timeout, const FilterSettings& settings) {
    const Deadline deadline = Deadline::in(timeout);
    DIM_TRY(const Fd input, file_with(settings.input));
    DIM_TRY(Pipe output, pipe());
    DIM_TRY(Pipe errors, pipe());
    DIM_CHECK(set_nonblocking(output.read_end));
    DIM_CHECK(set_nonblocking(errors.read_end));
    DIM_TRY(Process process, spawn({.arguments = arguments,
                                    .environment = settings.environment,
                                    .standard_input = &input,
                                    .standard_output = &output.write_end,
                                    .standard_error = &errors.write_end,
                                    .group = ProcessGroup::own_group}));
    output.write_end.reset();
    errors.write_end.reset();
    Filtering running{
        std::move(process), std::move(output.read_end), std::move(errors.read_end), {}};
    if (auto followed = running.follow(settings, deadline); !followed) {
        ::kill(-running.process.pid(), SIGKILL);
        (void)running.process.wait(Deadline::in(std::chrono::seconds(1)));
        if (followed.error().code() == ErrorCode::timed_out)
            followed = fail(ErrorCode::timed_out, "still running after its time");
        return fail(std::move(followed).error().with_context(arguments[0]));
    }
    DIM_TRY(const ExitStatus status, running.process.wait(deadline));
    return FilterResult{.status = status, .output = std::move(running.text)};
}

}  // namespace dim::sys
