#include "libdim/render/bootnet_rules.hpp"
#include "libdim/render/sample_definition.hpp"

#include <gtest/gtest.h>

namespace dim::render {
namespace {

TEST(BootnetRules, LetTheBootnetInAndNobodyElse) {
    const auto bootnet = cluster::bootnet_of(samples::definition(), samples::name("is01"));
    ASSERT_TRUE(bootnet);
    EXPECT_EQ(bootnet_rules(*bootnet, 80),
              R"(# Written by imageserver. It will overwrite what is changed here.
table inet dim
delete table inet dim
table inet dim {
	chain bootnet_only {
		type filter hook input priority filter - 10; policy accept;
		iifname "lo" accept
		iifname "boot0" ip saddr 10.1.0.0/24 accept
		iifname "boot0" udp dport 67 accept
		tcp dport 2049 counter drop comment "NFS"
		udp dport 67 counter drop comment "DHCP"
		ip daddr 10.1.0.1 udp dport { 53, 69 } counter drop comment "DNS and TFTP"
		ip daddr 10.1.0.1 tcp dport { 53, 80, 7443 } counter drop comment "DNS, boot files and agents"
	}
}
)");
}

}  // namespace
}  // namespace dim::render
