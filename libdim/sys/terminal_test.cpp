#include "libdim/sys/terminal.hpp"

#include <pty.h>
#include <termios.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(TerminalSettings, WhatIsNoTerminalIsLeftAlone) {
    const Pipe ends = pipe().value();
    auto kept = TerminalSettings::keep(ends.read_end).value();
    EXPECT_FALSE(kept.is_terminal());
    EXPECT_TRUE(kept.make_raw());
}

TEST(TerminalSettings, ATerminalIsRawForAWhile) {
    int controller = -1;
    int terminal = -1;
    ASSERT_EQ(::openpty(&controller, &terminal, nullptr, nullptr, nullptr), 0);
    const Fd one(controller);
    const Fd other(terminal);
    const auto echoes = [&] {
        termios now{};
        EXPECT_EQ(::tcgetattr(other.get(), &now), 0);
        return (now.c_lflag & ECHO) != 0;
    };
    ASSERT_TRUE(echoes());
    {
        auto kept = TerminalSettings::keep(other).value();
        EXPECT_TRUE(kept.is_terminal());
        EXPECT_TRUE(kept.make_raw());
        EXPECT_FALSE(echoes());
    }
    EXPECT_TRUE(echoes());
}

}  // namespace
}  // namespace dim::sys
