#include "libdim/snmp/credentials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::snmp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Credentials, WhatIsWrongIsToldWithoutASecret) {
    for (const char* text :
         {"", "# nothing\n", "secretword", "community", "community secretword\ncommunity b",
          "community secretword\nuser dim\nauth sha secretword", "user dim", "auth sha secretword",
          "user dim\nauth secretword", "user dim\nauth sha secret",
          "user dim\nauth sha512 secretword", "user dim\nauth sha secretword\nprivacy secretword",
          "user dim\nprivacy des secretword",
          "user a-name-that-is-longer-than-32-bytes-is\nauth sha secretword"}) {
        const auto parsed = parse_credentials(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code(), ErrorCode::invalid_input);
        EXPECT_THAT(to_string(parsed.error()), Not(HasSubstr("secret"))) << text;
        EXPECT_THAT(parsed.error().cure(), HasSubstr("community WORD")) << text;
    }
    EXPECT_THAT(parse_credentials("\n# x\nnothing of it\n").error().message(),
                HasSubstr("line 3: "));
    EXPECT_FALSE(parse_credentials(std::string_view("community a\0b", 13)));
}

TEST(Credentials, ACommunity) {
    const auto parsed = parse_credentials("# of chassis 1\n\n  community\tpublic \n").value();
    EXPECT_EQ(std::get<Community>(parsed).text.view(), "public");
}

TEST(Credentials, AUserWithAndWithoutPrivacy) {
    const auto parsed =
        parse_credentials("privacy des a phrase of words\nuser dim\nauth md5 eight888").value();
    const User& user = std::get<User>(parsed);
    EXPECT_EQ(user.name, "dim");
    EXPECT_EQ(user.authentication, Authentication::md5);
    EXPECT_EQ(user.authentication_passphrase.view(), "eight888");
    EXPECT_EQ(user.privacy, Privacy::des);
    EXPECT_EQ(user.privacy_passphrase.view(), "a phrase of words");
    const auto open = parse_credentials("user dim\nauth sha eight888").value();
    EXPECT_EQ(std::get<User>(open).privacy, Privacy::none);
    EXPECT_TRUE(std::get<User>(open).privacy_passphrase.is_empty());
}

}  // namespace
}  // namespace dim::snmp
