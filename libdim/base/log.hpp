#pragma once

#include <string_view>

namespace dim {

/// syslog(3) severities we use; each line starts with "<N>", which journald and the kernel log
/// understand.
enum class LogLevel { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

/// One line to standard error. Only edges log: main, the daemon's loops, the agent's console.
void log(LogLevel level, std::string_view text);

/// Each line goes to FD, too, as far as that takes it: open until another is given; -1: to none.
void also_log_to(int fd);

/// Lines below this level are dropped; the default is info.
void set_log_level(LogLevel level);

/// How lines begin: syslog prefixes for journald, or "PROGRAM: " for a person at a terminal.
void set_log_prefix(std::string_view program);

}  // namespace dim
