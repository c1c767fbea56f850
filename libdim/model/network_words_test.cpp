#include "libdim/model/network_words.hpp"

#include <gmock/gmock.h>

namespace dim::model {
namespace {

using ::testing::StartsWith;

TEST(NetworkWords, AreThoseThatTheAgentFollows) {
    for (const char* word : {"dim.vlan=30", "dim.bond=802.3ad,eth0,eth1"}) {
        EXPECT_TRUE(is_network_word(word)) << word;
        EXPECT_TRUE(check_network_word(word)) << word;
    }
    for (const char* word : {"dim.vlans=0", "vlan=0", "quiet", ""}) {
        EXPECT_FALSE(is_network_word(word)) << word;
        EXPECT_TRUE(check_network_word(word)) << word;
    }
    EXPECT_THAT(check_network_word("dim.vlan=4095").error().message(),
                StartsWith("dim.vlan=4095: "));
    EXPECT_THAT(check_network_word("dim.bond=lacp").error().message(),
                StartsWith("dim.bond=lacp: "));
}

}  // namespace
}  // namespace dim::model
