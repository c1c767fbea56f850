#include "libdim/tls/secret_lines.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tls {
namespace {

using ::testing::ElementsAre;

TEST(SecretLines, WhatIsWrongIsToldByItsLineAlone) {
    const auto take = [](std::string_view, std::string_view) -> Result<void> { return {}; };
    for (const std::string& text :
         {std::string("# x\nsecretword\n"), std::string("\nk a\0b\n", 7)}) {
        const auto refused = read_secret_lines(text, take);
        ASSERT_FALSE(refused);
        EXPECT_TRUE(refused.error().message().starts_with("line 2: "));
        EXPECT_FALSE(to_string(refused.error()).contains("secretword"));
    }
}

TEST(SecretLines, EachIsAKeyAndTheRest) {
    std::vector<std::string> taken;
    EXPECT_TRUE(
        read_secret_lines("  user dim\r\n\n# password x\npassword a  b \n",
                          [&](std::string_view key, std::string_view value) -> Result<void> {
                              taken.push_back(std::string(key) + "=" + std::string(value));
                              return {};
                          }));
    EXPECT_THAT(taken, ElementsAre("user=dim", "password=a  b"));
}

}  // namespace
}  // namespace dim::tls
