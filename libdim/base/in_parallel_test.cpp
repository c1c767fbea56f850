#include "libdim/base/in_parallel.hpp"

#include <latch>

#include <gmock/gmock.h>

namespace dim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

int doubled(const int& number) { return 2 * number; }

TEST(InParallel, GivesWhatCameOfEachInTheirOrder) {
    const std::vector<int> numbers{1, 2, 3, 4, 5};
    EXPECT_THAT(in_parallel(std::span(numbers), 2, doubled), ElementsAre(2, 4, 6, 8, 10));
    EXPECT_THAT(in_parallel(std::span(numbers), 100, doubled), ElementsAre(2, 4, 6, 8, 10));
    EXPECT_THAT(in_parallel(std::span<const int>(), 2, doubled), IsEmpty());
}

TEST(InParallel, SoManyAreAtWorkAtOnceAndNoMore) {
    const std::vector<int> numbers(12, 1);
    std::atomic<int> at_work = 0;
    std::atomic<int> most = 0;
    std::latch three(3);
    const auto counts = in_parallel(std::span(numbers), 3, [&](const int&) {
        most = std::max(most.load(), ++at_work);
        // The first three meet here, or the test never ends.
        if (!three.try_wait()) three.arrive_and_wait();
        return --at_work;
    });
    EXPECT_EQ(counts.size(), 12U);
    EXPECT_EQ(most, 3);
}

}  // namespace
}  // namespace dim
