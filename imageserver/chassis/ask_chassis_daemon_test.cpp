#include "imageserver/chassis/ask_chassis.hpp"
#include "libdim/snmp/running_chassis.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gmock/gmock.h>

/// Against the emulated chassis of qemu-tests/chassis: two modules of one chassis.
namespace dim::server {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class AskChassisTest : public ::testing::Test {
protected:
    /// LOGIN: what the first one's credentials file says.
    ChassisTarget target(const std::string& login = kLogin) const {
        dim::testing::write(directory / "first.key", login, 0600);
        dim::testing::write(directory / "second.key", kLogin, 0600);
        return {.module = point("mma", first, directory / "first.key"),
                .partner = point("mmb", second, directory / "second.key"),
                .blades = {{3, model::ComponentName::parse("b3").value()}}};
    }
    static ModulePoint point(const char* name, const snmp::RunningChassis& chassis,
                             const std::string& credentials) {
        return {.name = model::ComponentName::parse(name).value(),
                .settings = {.agent = chassis.agent(), .timeout = 2000ms, .retries = 0},
                .credentials = credentials};
    }

    static constexpr const char* kUser = "dim SHA passphrase1 DES passphrase2";
    static constexpr const char* kLogin =
        "user dim\nauth sha passphrase1\nprivacy des passphrase2\n";
    dim::testing::TemporaryDirectory directory;
    snmp::RunningChassis first{{"--user", kUser, "--bay", "1=js20,on", "--bay", "3=js21"}};
    snmp::RunningChassis second{{"--user", kUser, "--bay", "3=js21,on"}};
};

TEST_F(AskChassisTest, AWrongPassphraseIsNotTriedOnThePartner) {
    const auto said = ask_chassis(target("user dim\nauth sha otherphrase\n"));
    ASSERT_FALSE(said);
    EXPECT_NE(said.error().code(), ErrorCode::timed_out);
    EXPECT_THAT(said.error().message(), HasSubstr(first.address()));
}

TEST_F(AskChassisTest, APartnerAnswersForOneThatIsSilentFromTheBeginning) {
    ChassisTarget asked = target();
    asked.module.settings.timeout = 100ms;
    first.tell("silent on");
    const auto said = ask_chassis(asked);
    ASSERT_TRUE(said) << said.error().message();
    EXPECT_EQ(to_string(said->module), "mma") << "it is the same chassis";
    ASSERT_EQ(said->bays.size(), 1u);
    EXPECT_EQ(said->bays[0].power, "on");
    asked.partner.reset();
    EXPECT_EQ(ask_chassis(asked).error().code(), ErrorCode::timed_out);
}

TEST_F(AskChassisTest, EachBayWithABladeIsTold) {
    const auto said = ask_chassis(target());
    ASSERT_TRUE(said) << said.error().message();
    ASSERT_EQ(said->bays.size(), 2u);
    EXPECT_EQ(said->bays[0].bay, 1u);
    EXPECT_EQ(said->bays[0].power, "on");
    EXPECT_EQ(said->bays[0].blade, std::nullopt) << "it is nobody's";
    EXPECT_EQ(said->bays[1].bay, 3u);
    EXPECT_EQ(said->bays[1].power, "off");
    EXPECT_EQ(to_string(said->bays[1].blade.value()), "b3");
}

}  // namespace
}  // namespace dim::server
