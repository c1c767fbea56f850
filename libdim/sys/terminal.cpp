#include "libdim/sys/terminal.hpp"

#include <cerrno>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace dim::sys {

struct TerminalSettings::Saved {
    Fd terminal;
    termios settings{};
    ~Saved() {
        // From the background this would stop us (SIGTTOU); then the shell has set it already.
        const pid_t foreground = ::tcgetpgrp(terminal.get());  // -1: it is not our session's
        if (foreground == -1 || foreground == ::getpgrp())
            ::tcsetattr(terminal.get(), TCSADRAIN, &settings);
    }
};

TerminalSettings::TerminalSettings() = default;
TerminalSettings::TerminalSettings(TerminalSettings&&) noexcept = default;
TerminalSettings& TerminalSettings::operator=(TerminalSettings&&) noexcept = default;
TerminalSettings::~TerminalSettings() = default;

Result<TerminalSettings> TerminalSettings::keep(const Fd& terminal) {
    TerminalSettings kept;
    if (::isatty(terminal.get()) == 0) return kept;
    DIM_TRY(Fd copy, dup(terminal));
    termios settings{};
    if (::tcgetattr(copy.get(), &settings) != 0)
        return fail(Error::from_errno(errno, "ask the terminal for its settings"));
    kept.saved_ = std::make_unique<Saved>(std::move(copy), settings);
    return kept;
}

Result<void> TerminalSettings::make_raw() {
    if (!saved_) return {};
    termios raw = saved_->settings;
    ::cfmakeraw(&raw);
    if (::tcsetattr(saved_->terminal.get(), TCSADRAIN, &raw) == 0) return {};
    return fail(Error::from_errno(errno, "set the terminal"));
}

Result<Fd> standard_stream(int number) {
    Fd copy(::fcntl(number, F_DUPFD_CLOEXEC, 3));
    if (!copy) return fail(Error::from_errno(errno, "standard stream"));
    return copy;
}

}  // namespace dim::sys
