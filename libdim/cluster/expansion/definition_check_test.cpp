#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/expansion/definition_check.hpp"
#include "libdim/cluster/expansion/refusal.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A cluster around the elements in BODY, which begins on line 2.
std::string refusal_of_body(const std::string& body) {
    return testing::refusal("<cluster xmlns=\"urn:dim:cluster:1\" name=\"demo\">\n" + body +
                            "</cluster>\n");
}

std::string network(const std::string& name, const std::string& address,
                    const std::string& role = "bootnet", const std::string& inside = "") {
    return "<network name=\"" + name + "\" address=\"" + address + "\" role=\"" + role + "\">" +
           inside + "</network>\n";
}
std::string server(const std::string& name, const std::string& address,
                   const std::string& network = "bootnet", const std::string& inside = "") {
    return "<component name=\"" + name + "\" pattern=\"" + name +
           "\" role=\"server\"><interface network=\"" + network + "\" device=\"boot0\" address=\"" +
           address + "\"/>" + inside + "</component>\n";
}
std::string blade(const std::string& name, const std::string& mac, const std::string& address,
                  const std::string& server = "head", const std::string& network = "bootnet",
                  const std::string& inside = "") {
    return "<component name=\"" + name + "\" pattern=\"" + name +
           "\" role=\"blade\" type=\"js20\" mac=\"52:54:00:01:01:" + mac + "\" server=\"" + server +
           "\"><interface network=\"" + network + "\" address=\"" + address + "\"/>" + inside +
           "</component>\n";
}

const std::string kNetwork = network("bootnet", "10.1.0.0/24");
const std::string kServer = server("head", "10.1.0.1");

TEST(DefinitionCheck, WantsANetworkAndAServer) {
    EXPECT_EQ(refusal_of_body(""), "cluster.xml:1: no <network>");
    EXPECT_EQ(refusal_of_body(kNetwork), "cluster.xml:1: no image server");
}

TEST(DefinitionCheck, NamesBothPlacesOfADuplicate) {
    EXPECT_EQ(
        refusal_of_body(kNetwork + kServer + blade("alpha", "01", "10.1.0.11") +
                        blade("beta", "01", "10.1.0.12")),
        "cluster.xml:5: blade beta: MAC 52:54:00:01:01:01 is already that of blade alpha (line 4)");
    EXPECT_EQ(
        refusal_of_body(kNetwork + kServer + blade("alpha", "01", "10.1.0.11") + "\n" +
                        blade("beta", "02", "10.1.0.11")),
        "cluster.xml:6: blade beta: the address 10.1.0.11 is already that of blade alpha (line 4)");
    EXPECT_EQ(
        refusal_of_body(kNetwork + kServer + blade("alpha", "01", "10.1.0.1")),
        "cluster.xml:4: blade alpha: the address 10.1.0.1 is already that of server head (line 3)");
    EXPECT_EQ(refusal_of_body(
                  network("bootnet", "10.1.0.0/24", "bootnet", "<router address=\"10.1.0.1\"/>") +
                  kServer),
              "cluster.xml:3: server head: the address 10.1.0.1 is already that of the router of "
              "network bootnet (line 2)");
    EXPECT_EQ(refusal_of_body(kNetwork + network("bootnet", "10.2.0.0/24") + kServer),
              "cluster.xml:3: network bootnet: there is one of this name already (line 2)");
    EXPECT_THAT(refusal_of_body(kNetwork + kServer + kServer), HasSubstr("cluster.xml:4: "));
}

TEST(DefinitionCheck, RefusesOneIpv6AddressTwice) {
    const std::string both =
        "<network name=\"bootnet\" address=\"10.1.0.0/24\" address6=\"fd00:1::/64\" "
        "role=\"bootnet\"/>\n";
    const auto users = [](const std::string& first, const std::string& address6) {
        return "<component name=\"" + first + "\" pattern=\"" + first +
               "\" role=\"other\"><interface network=\"bootnet\" address=\"10.1.0.2" +
               std::to_string(first.size()) + "\" address6=\"" + address6 + "\"/></component>\n";
    };
    EXPECT_EQ(
        refusal_of_body(both + kServer + users("a", "fd00:1::a") + users("bb", "fd00:1:0::a")),
        "cluster.xml:5: component bb: the address fd00:1::a is already that of component a "
        "(line 4)");
    EXPECT_EQ(
        refusal_of_body(both + kServer + users("a", "fd00:2::a")),
        "cluster.xml:4: component a: fd00:2::a is not the address of a host in network bootnet, "
        "fd00:1::/64");
    EXPECT_EQ(refusal_of_body(kNetwork + kServer + users("a", "fd00:2::a")),
              "cluster.xml:4: component a: network bootnet has no IPv6 addresses");
}

TEST(DefinitionCheck, RefusesOverlappingNetworks) {
    EXPECT_EQ(
        refusal_of_body(network("inner", "10.1.2.0/24") + network("apart", "10.2.0.0/24") +
                        network("outer", "10.1.0.0/16") + server("head", "10.2.0.1", "apart")),
        "cluster.xml:4: network outer: its addresses overlap those of network inner (line 2)");
    EXPECT_THAT(refusal_of_body(kNetwork + network("again", "10.1.0.0/24") + kServer),
                HasSubstr("cluster.xml:3: network again: its addresses overlap"));
    const std::string six = "<network name=\"a\" role=\"usernet\" address=\"10.5.0.0/24\" "
                            "address6=\"fd00::/48\"/>\n<network name=\"b\" role=\"usernet\" "
                            "address=\"10.6.0.0/24\" address6=\"fd00:0:0:1::/64\"/>\n";
    EXPECT_EQ(refusal_of_body(six + kNetwork + kServer),
              "cluster.xml:3: network b: its IPv6 addresses overlap those of network a (line 2)");
}

TEST(DefinitionCheck, RefusesNetworksWithoutHosts) {
    for (const std::string address : {"0.0.0.0/24", "224.0.0.0/8", "255.255.0.0/16"})
        EXPECT_EQ(refusal_of_body(network("bootnet", address) + kServer),
                  "cluster.xml:2: network bootnet: no host can have an address in " + address);
    for (const std::string address :
         {"::/64", "::ffff:0:0/96", "fe80::/64", "febf::/16", "ff02::/64"})
        EXPECT_THAT(
            refusal_of_body("<network name=\"bootnet\" address=\"10.1.0.0/24\" address6=\"" +
                            address + "\" role=\"bootnet\"/>\n" + kServer),
            HasSubstr("no host can have an address in"))
            << address;
}

TEST(DefinitionCheck, LeavesNameServersToDimWhereItRunsThem) {
    const std::string option = "<option code=\"6\" type=\"address\" value=\"10.1.0.9\"/>";
    const std::string body = network("bootnet", "10.1.0.0/24", "bootnet", option) + kServer;
    EXPECT_THAT(refusal_of_body("<services dns=\"bind\"/>" + body),
                HasSubstr("cluster.xml:2: network bootnet: option 6"));
    EXPECT_TRUE(
        parse_cluster("<cluster xmlns=\"urn:dim:cluster:1\" name=\"demo\">" + body + "</cluster>",
                      "cluster.xml"));
}

TEST(DefinitionCheck, RefusesAddressesNoHostMayHave) {
    for (const std::string address : {"10.1.0.0", "10.1.0.255", "10.2.0.11"}) {
        EXPECT_EQ(refusal_of_body(kNetwork + kServer + blade("alpha", "01", address)),
                  "cluster.xml:4: blade alpha: " + address +
                      " is not the address of a host in network bootnet, 10.1.0.0/24");
    }
    EXPECT_THAT(refusal_of_body(kNetwork + server("head", "10.9.0.1")),
                HasSubstr("cluster.xml:3: server head"));
    EXPECT_THAT(refusal_of_body(
                    network("bootnet", "10.1.0.0/24", "bootnet", "<router address=\"10.9.0.1\"/>") +
                    kServer),
                HasSubstr("cluster.xml:2: the router of network bootnet: 10.9.0.1 is not"));
}

TEST(DefinitionCheck, RefusesReferencesThatLeadNowhere) {
    EXPECT_EQ(refusal_of_body(kNetwork + kServer + blade("alpha", "01", "10.1.0.11", "tail")),
              "cluster.xml:4: alpha: there is no server 'tail'");
    EXPECT_EQ(
        refusal_of_body(kNetwork + kServer + blade("alpha", "01", "10.1.0.11", "head", "net")),
        "cluster.xml:4: alpha: there is no network 'net'");
    EXPECT_EQ(refusal_of_body(kNetwork + server("head", "10.1.0.1", "net")),
              "cluster.xml:3: head: there is no network 'net'");
}

TEST(DefinitionCheck, BladesHaveFewDifferentKernelArguments) {
    const std::string blades = R"(<level name="node" symbol="n" last="66">
      <component name="node" role="blade" type="js20" server="head">
        <interface network="bootnet" address="10.1.0.{node+10}"/></component></level>)";
    const auto with_values = [&](int count) {
        std::string text = kNetwork + kServer + blades;
        for (int number = 1; number <= count; ++number)
            text += "<set for=\"n" + std::to_string(number) +
                    "\"><property name=\"kernel-arguments\" value=\"mem=" + std::to_string(number) +
                    "G\"/></set>\n";
        return text +
               "<set for=\"n66\"><property name=\"kernel-arguments\" value=\"mem=1G\"/></set>";
    };
    EXPECT_TRUE(parse_cluster("<cluster xmlns=\"urn:dim:cluster:1\" name=\"demo\">\n" +
                                  with_values(64) + "</cluster>\n",
                              "cluster.xml"));
    EXPECT_THAT(refusal_of_body(with_values(65)),
                HasSubstr("more than 64 different values of the property kernel-arguments"));
}

TEST(DefinitionCheck, WantsExactlyOneBootnet) {
    const std::string second = network("second", "10.2.0.0/24");
    const std::string tail = server("tail", "10.2.0.1", "second");
    const std::string users = network("users", "10.3.0.0/24", "usernet");
    EXPECT_EQ(refusal_of_body(kNetwork + users + kServer +
                              blade("alpha", "01", "10.3.0.11", "head", "users")),
              "cluster.xml:5: blade alpha: no interface on a bootnet");
    EXPECT_EQ(refusal_of_body(users + server("head", "10.3.0.1", "users")),
              "cluster.xml:3: server head: no interface on a bootnet");
    EXPECT_EQ(refusal_of_body(kNetwork + second + kServer + tail +
                              blade("alpha", "01", "10.1.0.11", "head", "bootnet",
                                    "<interface network=\"second\" address=\"10.2.0.11\"/>")),
              "cluster.xml:6: blade alpha: interfaces on two bootnets, bootnet and second");
    EXPECT_EQ(refusal_of_body(kNetwork + second + kServer + tail +
                              blade("alpha", "01", "10.2.0.11", "head", "second")),
              "cluster.xml:6: blade alpha: its bootnet is second, but that of its server head is "
              "bootnet");
    EXPECT_EQ(refusal_of_body(kNetwork + second + kServer),
              "cluster.xml:3: network second: a bootnet without an image server");
}

TEST(DefinitionCheck, RefusesTwoServersOnOneBootnet) {
    EXPECT_EQ(
        refusal_of_body(kNetwork + kServer + server("tail", "10.1.0.2")),
        "cluster.xml:4: server tail: bootnet bootnet is already that of server head (line 3)");
}

TEST(DefinitionCheck, RefusesOneDeviceTwice) {
    EXPECT_EQ(
        refusal_of_body(kNetwork + network("users", "10.3.0.0/24", "usernet") +
                        server("head", "10.1.0.1", "bootnet",
                               "<interface network=\"users\" device=\"boot0\" "
                               "address=\"10.3.0.1\"/>")),
        "cluster.xml:4: server head: the device boot0 is already that of server head (line 4)");
}

TEST(DefinitionCheck, RefusesHostNamesThatMeetOthers) {
    const std::string users =
        "<network name=\"users\" role=\"usernet\" address=\"10.3.0.0/24\" suffix=\"-two\"/>\n";
    const std::string on_users = "<interface network=\"users\" address=\"10.3.0.11\"/>";
    const std::string alpha = blade("alpha", "01", "10.1.0.11", "head", "bootnet", on_users);
    EXPECT_EQ(
        refusal_of_body(kNetwork + users + kServer + alpha + blade("alpha-two", "02", "10.1.0.12")),
        "cluster.xml:5: blade alpha: the name of its interface, alpha-two, is that of another "
        "component");
    EXPECT_EQ(
        refusal_of_body(kNetwork + users +
                        "<network name=\"more\" role=\"usernet\" address=\"10.4.0.0/24\" "
                        "suffix=\"-two\"/>\n" +
                        kServer +
                        blade("alpha", "01", "10.1.0.11", "head", "bootnet",
                              on_users + "<interface network=\"more\" address=\"10.4.0.11\"/>")),
        "cluster.xml:6: blade alpha: the host name alpha-two is already that of blade alpha "
        "(line 6)");
}

TEST(DefinitionCheck, RefusesTooManyComponents) {
    const std::string levels =
        "<level name=\"blade\" symbol=\"b\" last=\"20000\"><component name=\"blade\" "
        "role=\"blade\"/></level>\n";
    EXPECT_THAT(refusal_of_body(kNetwork + kServer + levels), HasSubstr("more than 20000"));
}

}  // namespace
}  // namespace dim::cluster
