#include "libdim/sys/system_info.hpp"

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(SystemInfo, IsFilled) {
    const SystemInfo info = system_info().value();
    EXPECT_FALSE(info.kernel_release.empty());
    EXPECT_FALSE(info.machine.empty());
    EXPECT_GT(info.memory_bytes, std::uint64_t{1} << 20);
    EXPECT_GE(info.cpus, 1U);
}

}  // namespace
}  // namespace dim::sys
