#include "libdim/sys/random.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(Random, Differs) {
    const std::string first = random_hex(16).value();
    EXPECT_EQ(first.size(), 32U);
    EXPECT_NE(first, random_hex(16).value());
}

}  // namespace
}  // namespace dim::sys
