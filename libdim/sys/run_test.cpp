#include "libdim/sys/run.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;

TEST(Run, KillsTheWholeGroupAtTheDeadline) {
    const std::int64_t start = monotonic_us();
    const auto result = run({"sh", "-c", "echo started; sleep 1000 & sleep 1000"}, 200ms);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::timed_out);
    EXPECT_NE(result.error().message().find("started"), std::string::npos);
    EXPECT_LT(monotonic_us() - start, 5'000'000);
}

TEST(Run, CutsOutputAtItsLimitButReadsOn) {
    const auto result = run({"sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x; exit 5"}, 10s,
                            {.output_limit = 1000});
    ASSERT_TRUE(result) << result.error().message();
    EXPECT_EQ(result->output, std::string(1000, 'x'));
    EXPECT_TRUE(result->is_output_cut);
    EXPECT_EQ(result->status.code, 5);
}

TEST(Run, DoesNotWaitForWhatStaysInTheBackground) {
    const std::int64_t start = monotonic_us();
    const auto result = run({"sh", "-c", "sleep 3 & echo out; echo error >&2"}, 10s);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->output, "out\nerror\n");
    EXPECT_LT(monotonic_us() - start, 2'000'000);
}

}  // namespace
}  // namespace dim::sys
