#pragma once

#include "libdim/sys/fd.hpp"

#include <memory>

namespace dim::sys {

/// The settings that a terminal had, which it gets back when this goes (termios(3)).
class [[nodiscard]] TerminalSettings {
public:
    /// Nothing is done where TERMINAL is none. Errors: those of tcgetattr.
    static Result<TerminalSettings> keep(const Fd& terminal);
    TerminalSettings(TerminalSettings&&) noexcept;
    TerminalSettings& operator=(TerminalSettings&&) noexcept;
    ~TerminalSettings();

    bool is_terminal() const { return saved_ != nullptr; }
    /// Each key by itself, none of them a signal, nothing echoed (cfmakeraw(3)).
    Result<void> make_raw();

private:
    struct Saved;
    TerminalSettings();
    std::unique_ptr<Saved> saved_;
};

/// Our standard input, output and error, as descriptors of our own.
Result<Fd> standard_stream(int number);

}  // namespace dim::sys
