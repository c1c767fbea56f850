#include "tools/generation_word.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

TEST(GenerationWord, IsANumberFromOne) {
    EXPECT_EQ(parse_generation_word("OLDER", "3").value().number(), 3U);
    for (const char* wrong : {"0", "", "-1", "1.5", "two", "4294967296"}) {
        const auto refused = parse_generation_word("OLDER", wrong);
        ASSERT_FALSE(refused) << wrong;
        EXPECT_EQ(refused.error().exit_code, ExitCode::usage);
    }
}

}  // namespace
}  // namespace dim::tool
