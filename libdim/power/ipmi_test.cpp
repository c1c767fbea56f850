#include "libdim/power/ipmi.hpp"

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

}  // namespace
}  // namespace dim::power
