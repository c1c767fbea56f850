#include "initagent/blade_load.hpp"

#include <gtest/gtest.h>

namespace dim::agent {
namespace {

constexpr std::string_view kLoad = "0.52 0.58 0.59 1/205 11206\n";
constexpr std::string_view kMemory =
    "MemTotal:         507904 kB\nMemFree:          400000 kB\nMemAvailable:     450000 kB\n";

TEST(BladeLoad, RefusesWhatTheKernelDoesNotSay) {
    for (const char* load : {"", "0.52", "a.52 0 0 1/2 3", "0.5 0 0 1/2 3", "0.52 0 0 12 3",
                             "0.52 0 0 1/x 3", "-1.00 0 0 1/2 3"}) {
        EXPECT_FALSE(parse_blade_load(load, kMemory)) << load;
    }
    for (const char* memory : {"", "MemTotal: 1 kB\n", "MemAvailable: x kB\n", "MemAvailable: 1\n",
                               "MemAvailable: 18446744073709551615 kB\n"}) {
        EXPECT_FALSE(parse_blade_load(kLoad, memory)) << memory;
    }
}

TEST(BladeLoad, ReadsTheKernelsFigures) {
    EXPECT_EQ(*parse_blade_load(kLoad, kMemory), (BladeLoad{460800000, 205, 0.52}));
    EXPECT_EQ(parse_blade_load(kLoad, "MemFree: 2 kB\n")->memory_available_bytes, 2048U);
}

TEST(BladeLoad, IsKnownOfThisMachine) {
    const auto load = blade_load();
    ASSERT_TRUE(load) << load.error().message();
    EXPECT_GT(load->processes, 0U);
    EXPECT_GT(load->memory_available_bytes, 0U);
}

}  // namespace
}  // namespace dim::agent
