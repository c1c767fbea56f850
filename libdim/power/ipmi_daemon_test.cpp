#include "libdim/power/ipmi.hpp"
#include "libdim/power/running_bmc.hpp"

#include <gmock/gmock.h>

/// ipmitool against a simulated BMC.
namespace dim::power {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

IpmiPower machine(const char* password = "secretword", std::uint16_t port = kIpmiPort) {
    return IpmiPower({.address = {model::Ipv4Address::parse(RunningBmc::address()).value(), port},
                      .login = {"dim", tls::SecretText(std::string(password))},
                      .cipher_suite = 3});
}

TEST(IpmiDaemon, AWrongPasswordIsToldWithItsCureAndNeverShown) {
    const RunningBmc bmc;
    ASSERT_EQ(machine().state(), PowerState::off);
    const auto refused = machine("anotherword").send(PowerCommand::on);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::unavailable);
    EXPECT_THAT(refused.error().cure(), HasSubstr("password"));
    EXPECT_THAT(to_string(refused.error()), Not(HasSubstr("anotherword")));
    EXPECT_FALSE(bmc.is_on());
    EXPECT_EQ(bmc.told(), "");
}

TEST(IpmiDaemon, PowerIsSwitchedAndSeen) {
    const RunningBmc bmc;
    auto blade = machine();
    const auto soon = sys::Deadline::in(60s);
    EXPECT_EQ(change_power(blade, PowerAction::on, soon),
              (PowerChange{PowerState::off, PowerState::on}));
    EXPECT_TRUE(bmc.is_on());
    EXPECT_EQ(change_power(blade, PowerAction::reset, soon),
              (PowerChange{PowerState::on, PowerState::on}));
    EXPECT_THAT(bmc.told(), HasSubstr("set reset 1"));
    EXPECT_EQ(change_power(blade, PowerAction::cycle, soon),
              (PowerChange{PowerState::on, PowerState::on}));
    EXPECT_EQ(change_power(blade, PowerAction::soft_off, soon),
              (PowerChange{PowerState::on, PowerState::off}));
    EXPECT_THAT(bmc.told(), HasSubstr("set shutdown 1"));
    EXPECT_FALSE(bmc.is_on());
    EXPECT_EQ(change_power(blade, PowerAction::off, soon),
              (PowerChange{PowerState::off, PowerState::off}));
    bmc.set_on();
    EXPECT_EQ(blade.state(), PowerState::on) << "what somebody else did is seen";
}

}  // namespace
}  // namespace dim::power
