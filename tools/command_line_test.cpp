#include "tools/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using testing::ElementsAre;

TEST(CommandWords, HistoricalNamesAreSubCommands) {
    EXPECT_THAT(command_words({"/usr/bin/dim_image", "list", "--json"}),
                ElementsAre("image", "list", "--json"));
    EXPECT_THAT(command_words({"dim_buildzimage", "granite"}),
                ElementsAre("buildzimage", "granite"));
    EXPECT_THAT(command_words({"./dim", "status"}), ElementsAre("status"));
    EXPECT_THAT(command_words({}), ElementsAre());
}

}  // namespace
}  // namespace dim::tool
