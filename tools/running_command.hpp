#pragma once

#include "tools/command_line.hpp"
#include "tools/commands/commands.hpp"
#include "tools/fake_daemon.hpp"

#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace dim::tool {

/// How a command ended and what it printed.
struct CommandEnd {
    ExitCode code;
    std::string output;
    std::string errors;
};

/// A command of `dim` in this process, asking DAEMON.
inline CommandEnd run_command(const FakeDaemon& daemon, const std::vector<std::string>& words) {
    EXPECT_EQ(::setenv("DIM_SOCKET", daemon.socket_path().c_str(), 1), 0);
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const ExitCode code = run_command_line(command_table(), words);
    return {code, ::testing::internal::GetCapturedStdout(),
            ::testing::internal::GetCapturedStderr()};
}

}  // namespace dim::tool
