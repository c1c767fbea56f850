#include "libdim/power/login.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace dim::power {
namespace {

TEST(Login, WhatIsWrongIsToldWithoutItsText) {
    const std::string longer = "user a\npassword secret" + std::string(60, 'x') + '\n';
    const std::vector<std::string> texts{"",
                                         "user dim\n",
                                         "password secretword\n",
                                         "user a\nuser b\npassword secretword\n",
                                         "user a\npassword secret\x01word\n",
                                         "user a\npassphrase secretword\n",
                                         "secretword\n",
                                         longer};
    for (const std::string& text : texts) {
        const auto refused = parse_login(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().code(), ErrorCode::invalid_input);
        EXPECT_FALSE(to_string(refused.error()).contains("secret")) << to_string(refused.error());
        EXPECT_TRUE(refused.error().cure().contains("password TEXT"));
    }
}

TEST(Login, APasswordIsTheRestOfItsLine) {
    const Login login = parse_login("# chassis 1\npassword two words\nuser USERID\n").value();
    EXPECT_EQ(login.user, "USERID");
    EXPECT_EQ(login.password.view(), "two words");
}

}  // namespace
}  // namespace dim::power
