#include "libdim/power/ipmi.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// The program itself is in ipmi_daemon_test.cpp, against a simulated BMC.
namespace dim::power {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Ipmi, OtherTextIsNoState) {
    for (const char* text : {"", "Chassis Power is", "Chassis Power is maybe\n", "power is on\n"})
        EXPECT_EQ(parse_ipmi_state(text).error().code(), ErrorCode::invalid_input) << text;
}

TEST(Ipmi, AWarningBeforeTheStateIsPassedOver) {
    EXPECT_EQ(parse_ipmi_state("Unable to Get Channel Cipher Suites\nChassis Power is on\n"),
              PowerState::on);
    EXPECT_EQ(parse_ipmi_state("Chassis Power is off\n"), PowerState::off);
}

TEST(Ipmi, ThePasswordIsNoArgument) {
    const Bmc bmc{.address = model::Ipv4Endpoint::parse("10.3.1.3", kIpmiPort).value(),
                  .login = parse_login("user dim\npassword secretword\n").value(),
                  .cipher_suite = 3};
    const auto words = ipmi_words(bmc, {"chassis", "power", "on"});
    EXPECT_THAT(words, Not(Contains(HasSubstr("secretword"))));
    EXPECT_THAT(words, Contains("623"));
    EXPECT_EQ(words.back(), "on");
    EXPECT_EQ(ipmi_variables(bmc).front().second, "secretword");
}

std::string retries_of(const char* word) {
    const auto words =
        ipmi_words(Bmc{.address = model::Ipv4Endpoint::parse("10.3.1.3", 623).value(),
                       .login = parse_login("user a\npassword b\n").value()},
                   {"chassis", "power", word});
    const auto option = std::ranges::find(words, "-R");
    return option == words.end() ? "none" : *std::next(option);
}

TEST(Ipmi, WhatMustNotBeDoneTwiceIsSentOnce) {
    EXPECT_EQ(retries_of("reset"), "1");
    EXPECT_EQ(retries_of("cycle"), "1");
    for (const char* word : {"on", "off", "soft", "status"})
        EXPECT_EQ(retries_of(word), "3") << word;
}

/// An ipmitool in PATH that says SAID and fails.
class FailingIpmitool {
public:
    explicit FailingIpmitool(const std::string& said) : path_(std::getenv("PATH")) {
        const std::string program = directory_ / "ipmitool";
        EXPECT_TRUE(
            sys::write_file_atomically(program, "#!/bin/sh\necho '" + said + "' >&2\nexit 1\n"));
        EXPECT_EQ(::chmod(program.c_str(), 0755), 0);
        EXPECT_EQ(::setenv("PATH", (directory_.path() + ':' + path_).c_str(), 1), 0);
    }
    ~FailingIpmitool() { ::setenv("PATH", path_.c_str(), 1); }
    FailingIpmitool(const FailingIpmitool&) = delete;
    FailingIpmitool& operator=(const FailingIpmitool&) = delete;

private:
    dim::testing::TemporaryDirectory directory_;
    std::string path_;
};

Error refused_reset(const std::string& said) {
    const FailingIpmitool ipmitool(said);
    IpmiPower machine({.address = model::Ipv4Endpoint::parse("10.3.1.3", 623).value(),
                       .login = parse_login("user a\npassword b\n").value()});
    return machine.send(PowerCommand::reset).error();
}

TEST(Ipmi, ALostAnswerMayBeACommandThatWasCarriedOut) {
    const Error lost = refused_reset("Unable to set Chassis Power Control to Reset");
    EXPECT_EQ(lost.code(), ErrorCode::timed_out);
    EXPECT_THAT(lost.message(), HasSubstr("may have been carried out"));
    const Error refused =
        refused_reset("Set Chassis Power Control to Reset failed: Command not supported");
    EXPECT_EQ(refused.code(), ErrorCode::conflict);
    EXPECT_THAT(refused.message(), Not(HasSubstr("may have been")));
    const Error away = refused_reset("Error: Unable to establish IPMI v2 / RMCP+ session");
    EXPECT_EQ(away.code(), ErrorCode::unavailable);
    EXPECT_THAT(away.message(), Not(HasSubstr("may have been")));
}

}  // namespace
}  // namespace dim::power
