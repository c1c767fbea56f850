#include "libdim/sys/kernel_log.hpp"

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(KernelLog, IsReadByRoot) {
    const auto text = kernel_log(4096);
    ASSERT_TRUE(text) << text.error().message();
    EXPECT_LE(text->size(), 4096U);
    EXPECT_FALSE(text->empty());
}

}  // namespace
}  // namespace dim::sys
