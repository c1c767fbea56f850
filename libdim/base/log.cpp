#include "libdim/base/log.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <tuple>
#include <unistd.h>

namespace dim {

namespace {
// Written once by main before any other thread exists; reading needs no lock.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
LogLevel lowest_level = LogLevel::info;
std::string program_prefix;
int second_fd = -1;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)
}  // namespace

void set_log_level(LogLevel level) { lowest_level = level; }

void set_log_prefix(std::string_view program) { program_prefix = std::string(program) + ": "; }

void also_log_to(int fd) { second_fd = fd; }

void log(LogLevel level, std::string_view text) {
    if (level > lowest_level) return;
    std::string line = program_prefix.empty() ? "<" + std::to_string(static_cast<int>(level)) + ">"
                                              : program_prefix;
    line.append(text);
    // What somebody else said may have line feeds in it: the next line would look like ours.
    std::ranges::replace(line, '\n', ' ');
    line.push_back('\n');
    // One write for one line, so that lines of several processes do not mix.
    static_cast<void>(std::fwrite(line.data(), 1, line.size(), stderr));
    if (second_fd >= 0) std::ignore = ::write(second_fd, line.data(), line.size());
}

}  // namespace dim
