#include "imageserver/exec/image_command.hpp"

#include "bladeexec/report.hpp"
#include "libdim/sys/event_fds.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/mount_tree.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/sys/socket_pair.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace dim::server {

namespace {

constexpr std::size_t kReportBytes = std::size_t{16} << 10;
constexpr std::chrono::seconds kEndTimeout{10};

/// blade-exec, started. Its channel: what it reports on, and what it ends by.
struct RunningCommand {
    sys::Process process;
    sys::Fd channel;
    sys::Fd output;
};

Result<RunningCommand> start(const std::string& program, const bladeexec::Invocation& invocation) {
    // Executed from a read-only mount: a file of the image that names /proc/self/exe as its
    // interpreter is run by it, and could write to it.
    DIM_TRY(const sys::Fd read_only, sys::clone_mount(program));
    DIM_CHECK(sys::set_mount_attributes(
        read_only, {.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, .clear = 0}));
    DIM_TRY(sys::SocketPair channel, sys::socket_pair());
    DIM_TRY(sys::Pipe output, sys::pipe());
    DIM_CHECK(sys::set_nonblocking(output.read_end));
    DIM_CHECK(sys::set_nonblocking(channel.ours));
    std::vector<std::string> arguments = bladeexec::to_arguments(invocation);
    arguments.insert(arguments.begin(), "/proc/self/fd/" + std::to_string(read_only.get()));
    DIM_TRY(sys::Process process, sys::spawn({.arguments = std::move(arguments),
                                              .environment = {"PATH=/usr/sbin:/usr/bin"},
                                              .directory = "/",
                                              .standard_input = &channel.theirs,
                                              .standard_output = &output.write_end,
                                              .standard_error = &output.write_end,
                                              .group = sys::ProcessGroup::own_session}));
    return RunningCommand{std::move(process), std::move(channel.ours), std::move(output.read_end)};
}

/// Takes what has been said by now.
Result<void> take_output(sys::Fd& pipe_end, CommandOutcome& outcome) {
    std::array<char, 4096> buffer;
    while (pipe_end) {
        const Result<std::size_t> count = sys::read(pipe_end, buffer);
        if (!count && count.error().system_errno() == EAGAIN) return {};
        if (!count) return fail(count.error());
        if (*count == 0) pipe_end.reset();
        const std::size_t kept = std::min(*count, kOutputBytes - outcome.output.size());
        outcome.output.append(buffer.data(), kept);
        outcome.is_output_cut = outcome.is_output_cut || kept < *count;
    }
    return {};
}

bool is_given_up(const CommandLimits& limits) {
    return std::ranges::any_of(limits.given_up, [](const sys::Fd* fd) {
        return sys::poll(*fd, sys::Readiness::readable,
                         sys::Deadline::in(std::chrono::milliseconds(0)))
            .has_value();
    });
}

std::unexpected<Error> given_up() {
    return fail(ErrorCode::unavailable, "the command was given up and killed");
}

/// What is ready when the command says something, ends, or is to end.
Result<sys::Fd> watch(const RunningCommand& command, const CommandLimits& limits) {
    DIM_TRY(sys::Fd events, sys::epoll());
    DIM_CHECK(sys::epoll_add_readable(events, command.output));
    DIM_CHECK(sys::epoll_add_readable(events, command.channel));
    for (const sys::Fd* fd : limits.given_up)
        DIM_CHECK(sys::epoll_add_readable(events, *fd));
    return events;
}

Result<sys::ExitStatus> follow(RunningCommand& command, const CommandLimits& limits,
                               CommandOutcome& outcome) {
    const sys::Deadline deadline = sys::Deadline::in(limits.time);
    DIM_TRY(const sys::Fd events, watch(command, limits));
    std::string report;
    for (;;) {
        if (!sys::poll(events, sys::Readiness::readable, deadline))
            return fail(ErrorCode::timed_out, "the command did not end in time and was killed");
        DIM_CHECK(take_output(command.output, outcome));
        if (is_given_up(limits)) return given_up();
        std::array<char, 4096> buffer;
        DIM_TRY(const auto count, sys::receive(command.channel, buffer));
        if (!count) continue;
        if (*count == 0) return bladeexec::parse_report(report);
        report.append(buffer.data(), std::min(*count, kReportBytes - report.size()));
    }
}

/// blade-exec kills all that is left when its channel ends, and ends.
Result<void> end(RunningCommand& command) {
    command.channel.reset();
    if (command.process.wait(sys::Deadline::in(kEndTimeout))) return {};
    (void)command.process.kill(SIGKILL);
    DIM_CHECK(command.process.wait(sys::Deadline::in(kEndTimeout)));
    return {};
}

}  // namespace

CommandOutcome run_in_image(const std::string& program, const bladeexec::Invocation& invocation,
                            const CommandLimits& limits) {
    CommandOutcome outcome{.end = given_up()};
    if (is_given_up(limits)) return outcome;
    auto command = start(program, invocation);
    if (!command) {
        outcome.end = fail(std::move(command).error());
        return outcome;
    }
    outcome.end = follow(*command, limits, outcome);
    const Result<void> ended = end(*command);
    if (!ended) outcome.end = fail(ended.error());
    // All writers have gone: what is left is the last of it.
    if (auto taken = take_output(command->output, outcome); !taken)
        outcome.end = fail(std::move(taken).error());
    return outcome;
}

}  // namespace dim::server
