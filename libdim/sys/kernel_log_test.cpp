#include "libdim/sys/kernel_log.hpp"

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(KernelLog, KeepsWholeLinesOnly) {
    EXPECT_EQ(last_lines("one\ntwo\nthree\n", 100), "one\ntwo\nthree\n");
    EXPECT_EQ(last_lines("one\ntwo\nthree\n", 10), "two\nthree\n");
    EXPECT_EQ(last_lines("one\ntwo\nthree\n", 9), "three\n");
    EXPECT_EQ(last_lines("one\ntwo\nthree\n", 3), "");
    EXPECT_EQ(last_lines("endless", 3), "");
    EXPECT_EQ(last_lines("", 0), "");
}

}  // namespace
}  // namespace dim::sys
