#include "libdim/cluster/cluster_xml.hpp"
#include "libdim/cluster/definition_check.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A cluster around the elements in BODY, which begins on line 2.
std::string refusal(const std::string& body) {
    const Result<Definition> definition = parse_cluster(
        "<cluster xmlns=\"urn:dim:cluster:1\" name=\"demo\">\n" + body + "</cluster>\n", "c.xml");
    if (definition) {
        ADD_FAILURE() << "accepted: " << body;
        return "";
    }
    EXPECT_THAT(definition.error().cure(), Not(IsEmpty()));
    return definition.error().message();
}

std::string network(const std::string& name, const std::string& address,
                    const std::string& role = "bootnet", const std::string& inside = "") {
    return "<network name=\"" + name + "\" address=\"" + address + "\" role=\"" + role + "\">" +
           inside + "</network>\n";
}
std::string server(const std::string& name, const std::string& address,
                   const std::string& network = "bootnet", const std::string& inside = "") {
    return "<server name=\"" + name + "\"><interface network=\"" + network +
           "\" device=\"boot0\" address=\"" + address + "\"/>" + inside + "</server>\n";
}
std::string blade(const std::string& name, const std::string& mac, const std::string& address,
                  const std::string& server = "is01", const std::string& network = "bootnet",
                  const std::string& inside = "") {
    return "<blade name=\"" + name + "\" type=\"js20\" mac=\"52:54:00:01:01:" + mac +
           "\" server=\"" + server + "\"><interface network=\"" + network + "\" address=\"" +
           address + "\"/>" + inside + "</blade>\n";
}

const std::string kNetwork = network("bootnet", "10.1.0.0/24");
const std::string kServer = server("is01", "10.1.0.1");

TEST(DefinitionCheck, WantsANetworkAndAServer) {
    EXPECT_EQ(refusal(kServer), "c.xml:1: no <network>");
    EXPECT_EQ(refusal(kNetwork), "c.xml:1: no <server>");
}

TEST(DefinitionCheck, NamesBothPlacesOfADuplicate) {
    EXPECT_EQ(refusal(kNetwork + kServer + blade("b1", "01", "10.1.0.11") +
                      blade("b1", "02", "10.1.0.12")),
              "c.xml:5: blade b1: the name b1 is already that of blade b1 (line 4)");
    EXPECT_EQ(refusal(kNetwork + kServer + blade("is01", "01", "10.1.0.11")),
              "c.xml:4: blade is01: the name is01 is already that of server is01 (line 3)");
    EXPECT_EQ(refusal(kNetwork + kServer + blade("b1", "01", "10.1.0.11") +
                      blade("b2", "01", "10.1.0.12")),
              "c.xml:5: blade b2: MAC 52:54:00:01:01:01 is already that of blade b1 (line 4)");
    EXPECT_EQ(refusal(kNetwork + kServer + blade("b1", "01", "10.1.0.11") + "\n" +
                      blade("b2", "02", "10.1.0.11")),
              "c.xml:6: blade b2: the address 10.1.0.11 is already that of blade b1 (line 4)");
    EXPECT_EQ(refusal(kNetwork + kServer + blade("b1", "01", "10.1.0.1")),
              "c.xml:4: blade b1: the address 10.1.0.1 is already that of server is01 (line 3)");
    EXPECT_EQ(
        refusal(network("bootnet", "10.1.0.0/24", "bootnet", "<router address=\"10.1.0.1\"/>") +
                kServer),
        "c.xml:3: server is01: the address 10.1.0.1 is already that of the router of "
        "network bootnet (line 2)");
    EXPECT_EQ(refusal(kNetwork + network("bootnet", "10.2.0.0/24") + kServer),
              "c.xml:3: network bootnet: the name bootnet is already that of network bootnet "
              "(line 2)");
}

TEST(DefinitionCheck, RefusesOverlappingNetworks) {
    EXPECT_EQ(refusal(network("inner", "10.1.2.0/24") + network("apart", "10.2.0.0/24") +
                      network("outer", "10.1.0.0/16") + kServer),
              "c.xml:4: network outer: its addresses overlap those of network inner (line 2)");
    EXPECT_THAT(refusal(kNetwork + network("again", "10.1.0.0/24") + kServer),
                HasSubstr("c.xml:3: network again: its addresses overlap"));
}

TEST(DefinitionCheck, RefusesAddressesNoHostMayHave) {
    for (const std::string address : {"10.1.0.0", "10.1.0.255", "10.2.0.11"}) {
        EXPECT_EQ(refusal(kNetwork + kServer + blade("b1", "01", address)),
                  "c.xml:4: blade b1: " + address +
                      " is not the address of a host in network bootnet, 10.1.0.0/24");
    }
    EXPECT_THAT(refusal(kNetwork + server("is01", "10.9.0.1")), HasSubstr("c.xml:3: server is01"));
    EXPECT_THAT(
        refusal(network("bootnet", "10.1.0.0/24", "bootnet", "<router address=\"10.9.0.1\"/>") +
                kServer),
        HasSubstr("c.xml:2: the router of network bootnet: 10.9.0.1 is not"));
}

TEST(DefinitionCheck, RefusesReferencesThatLeadNowhere) {
    EXPECT_EQ(refusal(kNetwork + kServer + blade("b1", "01", "10.1.0.11", "is02")),
              "c.xml:4: blade b1: there is no server 'is02'");
    EXPECT_EQ(refusal(kNetwork + kServer + blade("b1", "01", "10.1.0.11", "is01", "net")),
              "c.xml:4: blade b1: there is no network 'net'");
    EXPECT_EQ(refusal(kNetwork + server("is01", "10.1.0.1", "net")),
              "c.xml:3: server is01: there is no network 'net'");
}

TEST(DefinitionCheck, WantsExactlyOneBootnet) {
    const std::string second = network("second", "10.2.0.0/24");
    const std::string users = network("users", "10.3.0.0/24", "usernet");
    EXPECT_EQ(refusal(kNetwork + users + kServer + blade("b1", "01", "10.3.0.11", "is01", "users")),
              "c.xml:5: blade b1: no interface on a bootnet");
    EXPECT_EQ(refusal(users + server("is01", "10.3.0.1", "users")),
              "c.xml:3: server is01: no interface on a bootnet");
    EXPECT_EQ(refusal(kNetwork + second + kServer +
                      blade("b1", "01", "10.1.0.11", "is01", "bootnet",
                            "<interface network=\"second\" address=\"10.2.0.11\"/>")),
              "c.xml:5: blade b1: interfaces on two bootnets, bootnet and second");
    EXPECT_EQ(refusal(kNetwork + kServer +
                      blade("b1", "01", "10.1.0.11", "is01", "bootnet",
                            "<interface network=\"bootnet\" address=\"10.1.0.12\"/>")),
              "c.xml:4: blade b1: two interfaces on network bootnet");
    EXPECT_EQ(
        refusal(kNetwork + second + kServer + blade("b1", "01", "10.2.0.11", "is01", "second")),
        "c.xml:5: blade b1: its bootnet is second, but that of its server is01 is bootnet");
}

TEST(DefinitionCheck, RefusesTwoServersOnOneBootnet) {
    EXPECT_EQ(refusal(kNetwork + kServer + server("is02", "10.1.0.2")),
              "c.xml:4: server is02: bootnet bootnet is already that of server is01 (line 3)");
}

TEST(DefinitionCheck, RefusesOneDeviceTwice) {
    EXPECT_EQ(refusal(kNetwork + network("users", "10.3.0.0/24", "usernet") +
                      server("is01", "10.1.0.1", "bootnet",
                             "<interface network=\"users\" device=\"boot0\" "
                             "address=\"10.3.0.1\"/>")),
              "c.xml:4: server is01: the device boot0 is already that of server is01 (line 4)");
}

TEST(DefinitionCheck, RefusesTooManyComponents) {
    std::string networks;
    for (std::size_t count = 0; count <= kComponentsLimit; ++count)
        networks += network("n" + std::to_string(count), "10.1.0.0/24");
    EXPECT_THAT(refusal(networks + kServer), HasSubstr("more than 20000"));
}

}  // namespace
}  // namespace dim::cluster
