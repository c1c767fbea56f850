#include "libdim/power/child_environment.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::power {
namespace {

using ::testing::Contains;
using ::testing::Not;
using ::testing::StartsWith;

/// A variable of our own environment, for a while.
class SetVariable {
public:
    SetVariable(const char* name, const char* value) : name_(name) {
        if (const char* const before = std::getenv(name)) before_ = before;
        ::setenv(name, value, 1);
    }
    ~SetVariable() {
        if (before_.empty()) {
            ::unsetenv(name_);
        } else {
            ::setenv(name_, before_.c_str(), 1);
        }
    }
    SetVariable(const SetVariable&) = delete;
    SetVariable& operator=(const SetVariable&) = delete;

private:
    const char* name_;
    std::string before_;
};

TEST(ChildEnvironment, CredentialsOfOursAreNotPassedOn) {
    for (const char* name : {"DIM_MM_COMMUNITY", "DIM_MM_USER", "DIM_MM_AUTH", "DIM_MM_PRIVACY",
                             "DIM_MM_CONSOLE_USER", "DIM_MM_CONSOLE_PASSWORD", "DIM_IPMI_USER",
                             "IPMI_PASSWORD", "IPMITOOL_PASSWORD", "AWS_SECRET_ACCESS_KEY"}) {
        const SetVariable secret(name, "secretword");
        EXPECT_THAT(environment_with({}), Not(Contains(StartsWith(std::string(name) + '='))));
    }
}

TEST(ChildEnvironment, WhatProgramsNeedIsPassedAndWhatTheyAreToldCountsMore) {
    const SetVariable path("PATH", "/usr/bin");
    const SetVariable language("LC_ALL", "C.UTF-8");
    EXPECT_THAT(environment_with({{"DIM_NAME", "n1"}}), Contains("PATH=/usr/bin"));
    EXPECT_THAT(environment_with({{"DIM_NAME", "n1"}}), Contains("LC_ALL=C.UTF-8"));
    EXPECT_THAT(environment_with({{"DIM_NAME", "n1"}}), Contains("DIM_NAME=n1"));
    EXPECT_THAT(environment_with({{"PATH", "/bin"}}), Not(Contains("PATH=/usr/bin")));
    EXPECT_THAT(environment_with({{"IPMI_PASSWORD", "x"}}), Contains("IPMI_PASSWORD=x"));
}

}  // namespace
}  // namespace dim::power
