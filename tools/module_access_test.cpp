#include "libdim/sys/atomic_write.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "tools/module_access.hpp"

#include <cstdlib>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ModuleAccessTest : public ::testing::Test {
protected:
    ModuleAccessTest() { clear(); }
    ~ModuleAccessTest() override { clear(); }
    static void clear() {
        for (const char* name :
             {"DIM_MM_COMMUNITY", "DIM_MM_USER", "DIM_MM_AUTH", "DIM_MM_PRIVACY"})
            ::unsetenv(name);
    }
    std::string file(const std::string& text, mode_t mode) const {
        EXPECT_TRUE(sys::write_file_atomically(directory_ / "credentials", text));
        EXPECT_EQ(::chmod((directory_ / "credentials").c_str(), mode), 0);
        return directory_ / "credentials";
    }
    dim::testing::TemporaryDirectory directory_;
};

TEST_F(ModuleAccessTest, AFileThatOthersMayReadIsRefused) {
    for (const mode_t mode : {0640, 0604, 0620, 0666}) {
        const auto refused = read_credentials(file("community secretword\n", mode));
        ASSERT_FALSE(refused) << mode;
        EXPECT_EQ(refused.error().code(), ErrorCode::permission_denied);
        EXPECT_THAT(refused.error().cure(), HasSubstr("chmod 600 "));
    }
    EXPECT_FALSE(read_credentials(directory_.path()));
    EXPECT_EQ(read_credentials(directory_ / "none").error().code(), ErrorCode::not_found);
}

TEST_F(ModuleAccessTest, WhatIsWrongInAFileIsToldWithoutItsText) {
    const auto refused = read_credentials(file("# x\ncommunty secretword\n", 0600));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("line 2: "));
    EXPECT_THAT(to_string(refused.error()), Not(HasSubstr("secretword")));
}

TEST_F(ModuleAccessTest, AFileOfOurOwnIsRead) {
    const auto read = read_credentials(file("community secretword\n", 0600)).value();
    EXPECT_EQ(std::get<snmp::Community>(read).text.view(), "secretword");
}

TEST_F(ModuleAccessTest, WithoutAFileTheEnvironmentTells) {
    EXPECT_EQ(read_credentials({}).error().code(), ErrorCode::not_found);
    ::setenv("DIM_MM_USER", "dim", 1);
    EXPECT_FALSE(read_credentials({}));
    ::setenv("DIM_MM_AUTH", "sha passphrase1", 1);
    EXPECT_EQ(std::get<snmp::User>(read_credentials({}).value()).name, "dim");
    ::setenv("DIM_MM_COMMUNITY", "both", 1);
    EXPECT_FALSE(read_credentials({}));
}

TEST_F(ModuleAccessTest, APartnerIsAskedWhereverAModuleCannotBeReached) {
    EXPECT_TRUE(bladecenter::is_silence(Error(ErrorCode::timed_out, "")));
    EXPECT_TRUE(bladecenter::is_silence(Error(ErrorCode::unavailable, "")));
    for (const ErrorCode code :
         {ErrorCode::permission_denied, ErrorCode::conflict, ErrorCode::not_found})
        EXPECT_FALSE(bladecenter::is_silence(Error(code, "")));
    ModuleAccess access;
    access.credentials_file =
        file("user dim\nauth sha passphrase1\nprivacy des passphrase2\n", 0600);
    access.timeout_ms = 20;
    access.retries = 0;
    const auto point = [&](const char* address) {
        return AgentPoint{.agent = snmp::AgentAddress::parse(address).value(),
                          .credentials = access.credentials_file};
    };
    // Nothing can be sent to the first one, and nobody is at the other.
    const auto neither = access.open({.first = point("255.255.255.255"),
                                      .partner_name = "mm2",
                                      .partner = point("127.0.0.1:1")});
    ASSERT_FALSE(neither);
    EXPECT_THAT(neither.error().message(), HasSubstr("255.255.255.255"));
    EXPECT_THAT(neither.error().message(), HasSubstr("mm2"));
}

}  // namespace
}  // namespace dim::tool
