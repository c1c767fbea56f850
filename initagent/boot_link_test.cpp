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
    EXPECT_FALSE(mac_of_bond({}, *model::MacAddress::parse("52:54:00:01:01:02")));
    EXPECT_EQ(mac_of_bond(ports, *model::MacAddress::parse("52:54:00:01:01:02")), ports[1].mac);
    const auto without_link = *model::MacAddress::parse("52:54:00:01:01:03");
    EXPECT_EQ(mac_of_bond(ports, without_link), without_link.bytes());
    EXPECT_EQ(mac_of_bond(ports, std::nullopt), ports[0].mac);
}

TEST(BootLink, GivesUpABondWithoutALink) {
    EXPECT_EQ(next_step({.have_ports_waited = true}), BondStep::give_up);
    EXPECT_EQ(next_step({.is_missing = true, .have_ports_waited = true, .have_links_waited = true}),
              BondStep::give_up)
        << "named ports that have gone";
    EXPECT_EQ(next_step({.ports = 2, .has_link_waited = true}), BondStep::give_up);
    EXPECT_EQ(next_step({.ports = 2, .has_link_waited = true, .have_links_waited = true}),
              BondStep::give_up)
        << "the links have gone again";
}

TEST(BootLink, WaitsForThePortsOfABondAndTheirLinks) {
    EXPECT_EQ(next_step({.has_link_waited = true}), BondStep::wait_for_ports);
    EXPECT_EQ(next_step({.ports = 1, .links = 1, .is_missing = true, .have_links_waited = true}),
              BondStep::wait_for_ports);
    EXPECT_EQ(next_step({.ports = 2}), BondStep::wait_for_link);
    EXPECT_EQ(next_step({.ports = 2, .have_links_waited = true}), BondStep::wait_for_link)
        << "the links have gone again";
    EXPECT_EQ(next_step({.ports = 2, .links = 1}), BondStep::wait_for_links);
    EXPECT_EQ(next_step({.ports = 2, .links = 1, .has_link_waited = true}),
              BondStep::wait_for_links);
}

TEST(BootLink, MakesABondOfTheLinksThatThereAre) {
    EXPECT_EQ(next_step({.ports = 2, .links = 2}), BondStep::make_bond);
    EXPECT_EQ(next_step({.ports = 2, .links = 1, .have_links_waited = true}), BondStep::make_bond);
    EXPECT_EQ(next_step({.ports = 1, .links = 1, .is_missing = true, .have_ports_waited = true}),
              BondStep::make_bond);
}

TEST(BootLink, GoesOnWithoutAPortThatRefusesAVlan) {
    const std::vector ports{port(2, "eth0", 1), port(3, "eth1", 2), port(4, "eth2", 3)};
    UnaskedPorts unasked;
    const auto make = [](int last_that_fails) {
        return [=](const sys::NetworkInterface& on) -> Result<sys::NetworkInterface> {
            if (on.index <= last_that_fails) return fail(ErrorCode::unavailable, "not " + on.name);
            return port(on.index + 10, on.name + ".30", 1, sys::LinkKind::vlan);
        };
    };
    EXPECT_EQ(made_on_each(ports, make(4), unasked).error().message(), "not eth0");
    EXPECT_THAT(unasked.indexes(), IsEmpty()) << "it is returned";
    EXPECT_THAT(names(made_on_each(ports, make(3), unasked).value()), ElementsAre("eth2.30"));
    EXPECT_THAT(unasked.indexes(), ElementsAre(2, 3));
    EXPECT_THAT(made_on_each({}, make(4), unasked).value(), IsEmpty()) << "none is there yet";
}

TEST(BootLink, KnowsWhatAnInterfaceIsOn) {
    auto interfaces = machine();  // eth0, eth1, bond0, eth0.30
    interfaces[4].base = 2;
    EXPECT_THAT(interfaces_below(interfaces, 5), ElementsAre(2));
    EXPECT_THAT(interfaces_below(interfaces, 2), IsEmpty());
    interfaces[4].base = 4;
    interfaces[1].master = interfaces[2].master = 4;
    EXPECT_THAT(interfaces_below(interfaces, 5), ElementsAre(4, 2, 3));
    EXPECT_THAT(interfaces_below(interfaces, 4), ElementsAre(2, 3));
    EXPECT_THAT(interfaces_below(interfaces, 1), IsEmpty());
}

TEST(BootLink, NamesAVlanAsTheKernelCanBear) {
    const auto longest = *model::VlanId::parse("4094");
    EXPECT_EQ(vlan_name(port(2, "eth0", 1), *model::VlanId::parse("30")), "eth0.30");
    EXPECT_EQ(vlan_name(port(2, "tencharact", 1), longest), "tencharact.4094");
    EXPECT_EQ(vlan_name(port(2, "elevenchara", 1), longest), "port2.4094");
    EXPECT_EQ(vlan_name(port(3, "elevencharb", 1), longest), "port3.4094");
}

}  // namespace
}  // namespace dim::agent
