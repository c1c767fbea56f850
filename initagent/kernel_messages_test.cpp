#include "initagent/kernel_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using ::testing::ElementsAre;

TEST(KernelMessages, AreTheLastLinesFitToPrint) {
    EXPECT_THAT(last_kernel_messages("", 5), ElementsAre());
    EXPECT_THAT(last_kernel_messages("<6>[    0.1] one\n<4>two\x1b[2J\n\n<three\n", 2),
                ElementsAre("two?[2J", "<three"));
    EXPECT_THAT(last_kernel_messages("<6>[    0.1] one\n", 2), ElementsAre("[    0.1] one"));
    EXPECT_EQ(last_kernel_messages(std::string(5000, 'x'), 2).front().size(), 160U);
}

}  // namespace
}  // namespace dim::agent
