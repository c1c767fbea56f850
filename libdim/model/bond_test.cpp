#include "libdim/model/bond.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::model {
namespace {

using ::testing::HasSubstr;

TEST(Bond, RefusesWhatIsNone) {
    for (const char* text :
         {"", ",", "1", "Active-Backup", "active-backup,", "active-backup,,eth0",
          "active-backup,eth0.5", "active-backup,eth 0", "active-backup,52:54:00:01:01",
          "active-backup,ff:ff:ff:ff:ff:ff", "active-backup,sixteencharacter",
          "active-backup,eth0,eth0", "active-backup,52:54:00:01:01:01,52:54:00:01:01:01",
          "active-backup:eth0", "broadcast"})
        EXPECT_FALSE(Bond::parse(text)) << text;
    EXPECT_THAT(Bond::parse("lacp").error().message(), HasSubstr("802.3ad"));
}

TEST(Bond, HasAtMost16Ports) {
    std::string text = "802.3ad";
    for (int port = 0; port < 16; ++port)
        text += ",eth" + std::to_string(port);
    EXPECT_TRUE(Bond::parse(text));
    EXPECT_EQ(Bond::parse(text + ",eth16").error().code(), ErrorCode::limit_exceeded);
}

TEST(Bond, ReadsAndPrints) {
    for (const char* text :
         {"active-backup", "802.3ad", "balance-rr", "balance-xor", "balance-tlb", "balance-alb",
          "active-backup,eth0,eth1", "802.3ad,52:54:00:01:01:01,enP2p1s0f0"}) {
        const auto bond = Bond::parse(text);
        ASSERT_TRUE(bond) << text;
        EXPECT_EQ(to_string(*bond), text);
    }
    const auto bond = Bond::parse("802.3ad,52-54-00-AB-01-01,52:54:00:AB:01:01");
    EXPECT_FALSE(bond) << "a MAC address has colons here";
    EXPECT_EQ(Bond::parse("balance-rr,52:54:00:AB:01:01")->ports.front(), "52:54:00:ab:01:01");
}

}  // namespace
}  // namespace dim::model
