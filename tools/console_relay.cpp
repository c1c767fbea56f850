#include "tools/console_relay.hpp"

#include "libdim/sys/file.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/signals.hpp"
#include "libdim/sys/terminal.hpp"
#include "tools/console_escape.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <unistd.h>
#include <utility>

namespace dim::tool {

namespace {

constexpr std::string_view kEscapeHelp =
    "\r\nAt the beginning of a line: ~. ends the console, ~~ is a ~, ~? shows this.\r\n";

/// Our standard streams, the terminal among them as it was, and signals as something to read.
struct Surroundings {
    sys::Fd input;
    sys::Fd output;
    sys::TerminalSettings terminal;
    sys::Fd signals;

    static Result<Surroundings> take() {
        DIM_TRY(auto input, sys::standard_stream(STDIN_FILENO));
        DIM_TRY(auto output, sys::standard_stream(STDOUT_FILENO));
        DIM_TRY(auto terminal, sys::TerminalSettings::keep(input));
        // Without a reader, too, the terminal gets its settings back. A program that is run has the
        // default.
        DIM_CHECK(sys::ignore_signal(SIGPIPE));
        DIM_CHECK(sys::block_signals({SIGINT, SIGQUIT, SIGTERM, SIGHUP}));
        DIM_TRY(auto signals, sys::signalfd({SIGINT, SIGQUIT, SIGTERM, SIGHUP}));
        return Surroundings{std::move(input), std::move(output), std::move(terminal),
                            std::move(signals)};
    }
};

Result<bool> is_readable(const sys::Fd& fd) {
    const auto ready =
        sys::poll(fd, sys::Readiness::readable, sys::Deadline::in(std::chrono::milliseconds(0)));
    if (ready || ready.error().code() == ErrorCode::timed_out) return ready.has_value();
    return fail(ready.error());
}

/// False when nobody reads our output any more.
Result<bool> show_output(const Surroundings& around, std::string_view text) {
    auto shown = sys::write_all(around.output, text);
    if (shown) return true;
    if (shown.error().system_errno() == EPIPE) return false;
    return fail(std::move(shown).error());
}

/// False when the person has had enough.
Result<bool> take_keys(const Surroundings& around, ConsoleEscape& escape,
                       bladecenter::ModuleConsole& console) {
    std::array<char, 1024> keys;
    DIM_TRY(const std::size_t count, sys::read(around.input, keys));
    if (count == 0) return false;
    const auto typed = escape.take({keys.data(), count});
    if (!typed.text.empty()) DIM_CHECK(console.send(typed.text));
    if (typed.ends) return false;
    return typed.helps ? show_output(around, kEscapeHelp) : true;
}

/// False when the console has ended.
Result<bool> take_output(const Surroundings& around, bladecenter::ModuleConsole& console) {
    DIM_TRY(const auto text, console.read());
    if (!text) return false;
    DIM_TRY(const bool is_shown, show_output(around, *text));
    return is_shown && !console.has_ended();
}

}  // namespace

Result<void> relay_console(bladecenter::ModuleConsole& console) {
    DIM_TRY(auto around, Surroundings::take());
    DIM_CHECK(around.terminal.make_raw());
    ConsoleEscape escape;
    const std::array<sys::PollItem, 3> items{{{.fd = around.input, .is_to_read = true},
                                              {.fd = console.socket(), .is_to_read = true},
                                              {.fd = around.signals, .is_to_read = true}}};
    DIM_TRY(bool goes_on, take_output(around, console));  // what came with the dialogue
    while (goes_on) {
        DIM_CHECK(sys::poll(items, sys::Deadline::never()));
        DIM_TRY(const bool is_told_to_end, is_readable(around.signals));
        DIM_TRY(const bool has_keys, is_readable(around.input));
        DIM_TRY(goes_on, take_output(around, console));
        if (goes_on && has_keys) {
            DIM_TRY(goes_on, take_keys(around, escape, console));
        }
        if (is_told_to_end) break;
    }
    console.finish();
    return {};
}

Result<sys::ExitStatus> run_on_terminal(const std::vector<std::string>& words,
                                        const std::vector<std::string>& environment) {
    DIM_TRY(const auto around, Surroundings::take());
    DIM_TRY(const auto errors, sys::standard_stream(STDERR_FILENO));
    DIM_TRY(auto process, sys::spawn({.arguments = words,
                                      .environment = environment,
                                      .standard_input = &around.input,
                                      .standard_output = &around.output,
                                      .standard_error = &errors}));
    const std::array<sys::PollItem, 2> items{
        {{.fd = process.pidfd(), .is_to_read = true}, {.fd = around.signals, .is_to_read = true}}};
    while (true) {
        DIM_CHECK(sys::poll(items, sys::Deadline::never()));
        DIM_TRY(const int signal, sys::next_signal(around.signals));
        // Those that keys send, the terminal has sent to it, too.
        if (signal == SIGTERM || signal == SIGHUP) static_cast<void>(process.kill(signal));
        DIM_TRY(const auto ended, process.try_wait());
        if (ended) return *ended;
    }
}

}  // namespace dim::tool
