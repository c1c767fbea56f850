#include "libdim/power/login.hpp"

#include <gtest/gtest.h>

namespace dim::power {
namespace {

TEST(Login, WhatIsWrongIsToldWithoutItsText) {
    for (const char* text :
         {"", "user dim\n", "password secretword\n", "user a\nuser b\npassword secretword\n",
          "user a\npassword secret\x01word\n", "user a\npassphrase secretword\n", "secretword\n",
          "user a\npassword "
          "secretwordsecretwordsecretwordsecretwordsecretwordsecretwordsecretword\n"}) {
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
