#include "initagent/boot_link.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

sys::NetworkInterface port(int index, const std::string& name, std::uint8_t last,
                           sys::LinkKind kind = sys::LinkKind::other) {
    return {.index = index,
            .name = name,
            .mac = {0x52, 0x54, 0, 1, 1, last},
            .is_ethernet = true,
            .kind = kind};
}

std::vector<sys::NetworkInterface> machine() {
    sys::NetworkInterface loopback{.index = 1, .name = "lo"};
    return {loopback, port(2, "eth0", 1), port(3, "eth1", 2),
            port(4, "bond0", 9, sys::LinkKind::bond), port(5, "eth0.30", 1, sys::LinkKind::vlan)};
}

std::vector<std::string> names(const std::vector<sys::NetworkInterface>& ports) {
    std::vector<std::string> list;
    for (const sys::NetworkInterface& port : ports)
        list.push_back(port.name);
    return list;
}

std::vector<std::string> ports_of(const std::string& text) {
    std::string missing;
    return names(ports_of_bond(*model::Bond::parse(text), machine(), missing));
}

TEST(BootLink, TellsWhichPortsOfABondAreMissing) {
    std::string missing;
    const auto found =
        ports_of_bond(*model::Bond::parse("802.3ad,eth7,52:54:00:01:01:02,52:54:00:01:01:77"),
                      machine(), missing);
    EXPECT_THAT(names(found), ElementsAre("eth1"));
    EXPECT_EQ(missing, "eth7, 52:54:00:01:01:77");
}

TEST(BootLink, TakesNoBondNorVlanForAPort) {
    EXPECT_THAT(ports_of("active-backup"), ElementsAre("eth0", "eth1"));
    EXPECT_THAT(ports_of("active-backup,bond0,52:54:00:01:01:09"), IsEmpty());
    EXPECT_THAT(ports_of("active-backup,52:54:00:01:01:01"), ElementsAre("eth0"));
    EXPECT_FALSE(is_port(machine().front())) << "the loopback";
}

TEST(BootLink, TakesAPortOnceThatIsNamedTwice) {
    EXPECT_THAT(ports_of("active-backup,eth1,52:54:00:01:01:02,eth0"), ElementsAre("eth1", "eth0"));
}

TEST(BootLink, IsKnownByThePortThatItBootedFrom) {
    const std::vector ports{port(2, "eth0", 1), port(3, "eth1", 2)};
    EXPECT_EQ(mac_of_bond(ports, *model::MacAddress::parse("52:54:00:01:01:02")), ports[1].mac);
    EXPECT_EQ(mac_of_bond(ports, *model::MacAddress::parse("52:54:00:01:01:03")), ports[0].mac);
    EXPECT_EQ(mac_of_bond(ports, std::nullopt), ports[0].mac);
}

TEST(BootLink, NamesAVlanAsTheKernelCanBear) {
    EXPECT_EQ(vlan_name("eth0", *model::VlanId::parse("30")), "eth0.30");
    EXPECT_EQ(vlan_name("tencharact", *model::VlanId::parse("4094")), "tencharact.4094");
    EXPECT_EQ(vlan_name("elevenchara", *model::VlanId::parse("4094")), "vlan4094");
}

}  // namespace
}  // namespace dim::agent
