#include "libdim/override/interfaces_file.hpp"

#include <gmock/gmock.h>

namespace dim::overrides {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kDebian = "# The loopback network interface\n"
                                     "auto lo eth0 eth1\n"
                                     "iface lo inet loopback\n"
                                     "\n"
                                     "allow-hotplug eth0\n"
                                     "iface eth0 inet static\n"
                                     "    address 10.0.0.5/24\n"
                                     "    # of the desk\n"
                                     "    up ip route add \\\n"
                                     "        default via 10.0.0.1\n"
                                     "\n"
                                     "iface eth0 inet6 auto\n"
                                     "iface eth1 inet dhcp\n"
                                     "iface eth0.5 inet manual\n"
                                     "source /etc/network/interfaces.d/*\n";

/// What ifupdown reads.
std::string active(const std::string& text) {
    std::string lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at) + 1;
        const std::string line = text.substr(at, end - at);
        if (line.find_first_not_of(" \t\n") != line.npos && !line.contains('#')) lines += line;
        at = end;
    }
    return lines;
}

TEST(InterfacesFile, KnowsItsInterfaces) {
    EXPECT_THAT(interfaces_of(kDebian), ElementsAre("eth0", "eth1"));
    EXPECT_THAT(interfaces_of("iface lo inet loopback\n"), IsEmpty());
    EXPECT_THAT(interfaces_of(""), IsEmpty());
}

TEST(InterfacesFile, LosesOneAndKeepsTheOthers) {
    const std::string made = without_interfaces(kDebian, {"eth0"});
    EXPECT_EQ(active(made), "auto lo eth1\n"
                            "iface lo inet loopback\n"
                            "iface eth1 inet dhcp\n"
                            "iface eth0.5 inet manual\n"
                            "source /etc/network/interfaces.d/*\n");
    EXPECT_THAT(made, HasSubstr("# the root comes over it (DIM): iface eth0 inet static\n"));
    EXPECT_EQ(without_interfaces(made, {"eth0"}), made);
}

TEST(InterfacesFile, AnotherInterfaceChangesNothing) {
    EXPECT_EQ(without_interfaces(kDebian, {"eth7"}), kDebian);
    EXPECT_EQ(without_interfaces(kDebian, {"eth"}), kDebian);
}

TEST(InterfacesFile, KnowsWhatAVlanOnABondIsMadeOf) {
    constexpr std::string_view kText = "auto bond0\niface eth0 inet manual\n  bond-master bond0\n"
                                       "iface bond0 inet manual\n  bond_slaves eth1 eth2\n"
                                       "# bond-slaves eth9\n"
                                       "iface net inet dhcp\n  vlan-raw-device bond0\n"
                                       "iface eth3 inet dhcp\niface eth4 inet dhcp\n"
                                       "  bond-master bond1\n  bond-slaves none\n";
    EXPECT_THAT(interfaces_beneath(kText, "bond0.30"),
                ElementsAre("bond0", "eth0", "eth1", "eth2"));
    EXPECT_THAT(interfaces_beneath(kText, "net"), ElementsAre("bond0", "eth0", "eth1", "eth2"));
    EXPECT_THAT(interfaces_beneath(kText, "eth3"), IsEmpty());
    EXPECT_THAT(interfaces_beneath(kText, "eth4"), IsEmpty());
    EXPECT_THAT(interfaces_beneath("", "eth0.5"), ElementsAre("eth0"));
}

TEST(InterfacesFile, ALongChainIsFollowedAtOnce) {
    std::string text;
    for (int number = 20'000; number > 0; --number)
        text += "iface x." + std::to_string(number) + " inet manual\n  vlan-raw-device x." +
                std::to_string(number + 1) + "\n";
    const auto beneath = interfaces_beneath(text, "x.1");
    EXPECT_EQ(beneath.size(), 20'001U);
    const std::string made = without_interfaces(text, {beneath.begin(), beneath.end()});
    EXPECT_EQ(interfaces_beneath(made, "x.2"), std::vector<std::string>{"x"});
}

TEST(InterfacesFile, TellsTheNameOfAnInterfaceFromTheWordBeforeIt) {
    constexpr std::string_view kText = "auto lo auto\nauto eth0\niface auto inet dhcp\n";
    const std::string made = without_interfaces(kText, {"auto"});
    EXPECT_EQ(active(made), "auto lo\nauto eth0\n");
    EXPECT_EQ(without_interfaces(made, {"auto"}), made);
    EXPECT_EQ(active(without_interfaces("auto eth0 eth0\n", {"eth0"})), "");
}

TEST(IfcfgFile, IsNeverShutDown) {
    const std::string made = with_nfsroot_start("BOOTPROTO='dhcp'\nSTARTMODE='auto'\nMTU=''");
    EXPECT_THAT(made, HasSubstr("BOOTPROTO='dhcp'\n"));
    EXPECT_THAT(made, HasSubstr("# the root comes over it (DIM): STARTMODE='auto'\n"));
    EXPECT_THAT(made, HasSubstr("MTU=''\nSTARTMODE='nfsroot'\n"));
    EXPECT_THAT(made, Not(HasSubstr("\nSTARTMODE='auto'")));
    EXPECT_EQ(with_nfsroot_start(made), made);
    EXPECT_EQ(with_nfsroot_start(""), "STARTMODE='nfsroot'\n");
}

}  // namespace
}  // namespace dim::overrides
