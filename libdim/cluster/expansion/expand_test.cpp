#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/expansion/refusal.hpp"
#include "libdim/cluster/xml/source_reader.hpp"
#include "libdim/testing/source_directory.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// BODY begins on line 12; two servers of four blades.
std::string cluster(const std::string& body, const std::string& blade = "type=\"js20\"",
                    const std::string& network = "") {
    return "<cluster xmlns=\"urn:dim:cluster:1\" name=\"demo\">\n"
           "  <network name=\"bootnet\" per=\"server\" role=\"bootnet\" "
           "address=\"10.{server}.0.0/16\"" +
           network +
           "/>\n"
           "  <network name=\"usernet\" role=\"usernet\" address=\"172.16.0.0/12\"/>\n"
           "  <level name=\"server\" symbol=\"s\" width=\"2\" last=\"2\">\n"
           "    <component name=\"server\" role=\"server\" pattern=\"is{server}\" linear=\"is\">"
           "<interface network=\"bootnet\" device=\"eth1\" address=\"10.{server}.0.1\"/>"
           "</component>\n"
           "    <component name=\"mm\" role=\"management-module\" pattern=\"s{server}mm\"/>\n"
           "    <level name=\"blade\" symbol=\"b\" width=\"2\" last=\"4\">\n"
           "      <component name=\"blade\" role=\"blade\" " +
           blade +
           ">\n"
           "        <interface network=\"bootnet\" address=\"10.{server}.1.{blade}\"/>\n"
           "      </component></level>\n  </level>\n" +
           body + "</cluster>\n";
}

Definition accepted(const std::string& xml) {
    auto definition = parse_cluster(xml, "cluster.xml");
    EXPECT_TRUE(definition) << to_string(definition.error());
    return *std::move(definition);
}

using testing::refusal;

const Blade& blade(const Definition& definition, std::string_view name) {
    const ComponentReference found =
        find_component(definition, definition.taxonomy.find(name).value());
    EXPECT_NE(found.blade, nullptr) << name;
    return *found.blade;
}

// -- refusals

TEST(Expand, TakesOneOfItsServersForTheManagementNode) {
    std::string xml = cluster("");
    EXPECT_EQ(accepted(xml).management, std::nullopt);
    xml.replace(xml.find("name="), 5, "management=\"is02\" name=");
    EXPECT_EQ(accepted(xml).management, *model::ComponentName::parse("is02"));
    xml.replace(xml.find("is02"), 4, "is03");
    EXPECT_THAT(refusal(xml), HasSubstr("management is03 is no image server"));
}

TEST(Expand, RefusesTwoSettingsThatAreEquallyStrong) {
    EXPECT_EQ(refusal(cluster("<set for=\"s01\" type=\"js21\"/>\n<set for=\"s[01-02]\" "
                              "type=\"js20\"/>\n")),
              "cluster.xml:13: s01b01: its type is set on line 12 as well, just as specially");
    EXPECT_EQ(refusal(cluster("<set for=\"b1\"><interface network=\"usernet\" "
                              "address=\"172.16.0.1\"/></set>\n"
                              "<set for=\"s01b[01-02]\"><interface network=\"usernet\" "
                              "address=\"172.16.0.{blade+1}\"/></set>\n")),
              "cluster.xml:13: s01b01: its address on usernet is set on line 12 as well, just as "
              "specially");
    EXPECT_THAT(refusal(cluster("<set for=\"s01\"><property name=\"rack\" value=\"A\"/></set>\n"
                                "<set for=\"s01\"><property name=\"rack\" value=\"B\"/></set>\n")),
                StartsWith("cluster.xml:13: is01: its property rack is set on line 12 as well"));
}

TEST(Expand, RefusesARangeOfDifferentDepths) {
    EXPECT_THAT(refusal(cluster("<set for=\"s01,s02b01\" type=\"js21\"/>\n")),
                StartsWith("cluster.xml:12: range: its parts are not equally deep"));
}

TEST(Expand, RefusesWhatMatchesNothingOrCannotBeSet) {
    EXPECT_THAT(refusal(cluster("<set for=\"s09\" type=\"js21\"/>\n")),
                StartsWith("cluster.xml:12: "));
    EXPECT_THAT(refusal(cluster("<absent for=\"s01b05\"/>\n")), StartsWith("cluster.xml:12: "));
    EXPECT_THAT(refusal(cluster("<absent for=\"s01b02\"/>\n<set for=\"s01b02\" type=\"js21\"/>\n")),
                StartsWith("cluster.xml:13: "));
    EXPECT_THAT(refusal(cluster("<group name=\"gpu\" range=\"s01-s01\"/>\n")),
                StartsWith("cluster.xml:12: "));
    EXPECT_THAT(refusal(cluster("<group name=\"gpu\" range=\"b1\"/>\n<group name=\"gpu\" "
                                "range=\"b2\"/>\n")),
                StartsWith("cluster.xml:13: group gpu: there is a group of this name on line 12"));
    EXPECT_THAT(refusal(cluster("<set for=\"s01mm\" type=\"js21\"/>\n")),
                HasSubstr("nothing it names can have what it sets"));
    EXPECT_THAT(refusal(cluster("<set for=\"type=js20\" mac=\"02:00:00:00:00:01\"/>\n")),
                HasSubstr("'type' is not known before"));
    EXPECT_THAT(refusal(cluster("<set for=\"s01\"/>\n")), HasSubstr("it sets nothing"));
    EXPECT_THAT(refusal(cluster("<set for=\"b1\"><interface network=\"usernet\"/></set>\n")),
                StartsWith("cluster.xml:12: s01b01: no address on usernet"));
    EXPECT_THAT(refusal(cluster("<set for=\"b1\"><interface network=\"bootnet\" "
                                "device=\"eth0\"/></set>\n")),
                HasSubstr("only a server's <interface> has a device"));
}

TEST(Expand, NamesTheComponentWhoseRuleFails) {
    EXPECT_THAT(refusal(cluster("<set for=\"s02\"><interface network=\"bootnet\" "
                                "address=\"10.2.3.{blade+252}\"/></set>\n")),
                AllOf(StartsWith("cluster.xml:12: s02b04: address: "), HasSubstr("256")));
    EXPECT_THAT(refusal(cluster("<set for=\"s02\"><interface network=\"bootnet\" "
                                "address=\"10.2.3.{blade-2}\"/></set>\n")),
                AllOf(StartsWith("cluster.xml:12: s02b01: address: "), HasSubstr("-1")));
    EXPECT_THAT(refusal(cluster("<set for=\"s02\" "
                                "mac=\"02:00:00:00:00:{9223372036854775807*blade}\"/>\n")),
                StartsWith("cluster.xml:12: s02b"));
    EXPECT_THAT(refusal(cluster("<set for=\"s02\" mac=\"02:00:00:00:00:{blade/(blade-3)}\"/>\n")),
                StartsWith("cluster.xml:12: s02b"));
    EXPECT_THAT(refusal(cluster("<set for=\"s02\" mac=\"02:00:00:00:00:{chassis}\"/>\n")),
                AllOf(StartsWith("cluster.xml:12: set s02: mac: "), HasSubstr("chassis")));
    EXPECT_THAT(
        refusal(cluster("", "type=\"js20\" mac=\"02:00:00:00:00:{blade}\"")),
        StartsWith("cluster.xml:8: blade s02b01: MAC 02:00:00:00:00:01 is already that of blade "
                   "s01b01 (line 8)"));
}

TEST(Expand, RefusesANetworkWithoutItsServer) {
    EXPECT_THAT(refusal(cluster("<absent for=\"is02\"/>\n")),
                StartsWith("cluster.xml:8: s02b01: its server is02 is absent"));
    EXPECT_EQ(refusal(cluster("<absent for=\"is02,s02b[01-04]\"/>\n")),
              "cluster.xml:2: network bootnet-s02: a bootnet without an image server");
    EXPECT_EQ(accepted(cluster("<absent for=\"s02\"/>\n")).networks.size(), 2U);
}

TEST(Expand, RefusesPerOfALevelThereIsNot) {
    std::string text = cluster("");
    text.replace(text.find("per=\"server\""), 12, "per=\"rack\"");
    EXPECT_THAT(refusal(text),
                StartsWith("cluster.xml:2: network bootnet: per: there is no level "));
    text = cluster("<component name=\"switch\" role=\"other\" pattern=\"switch\"><interface "
                   "network=\"bootnet\" address=\"10.1.0.2\"/></component>\n");
    EXPECT_THAT(refusal(text),
                StartsWith("cluster.xml:12: switch: network bootnet is one for each "));
}

TEST(Expand, RefusesABladeOnAnotherServersBootnet) {
    EXPECT_THAT(refusal(cluster("<set for=\"s01b01\" server=\"is2\"/>\n")),
                StartsWith("cluster.xml:9: blade s01b01: 10.1.1.1 is not the address of a host in "
                           "network bootnet-s02"));
    EXPECT_THAT(refusal(cluster("<set for=\"s01b01\" server=\"is3\"/>\n")),
                StartsWith("cluster.xml:12: s01b01: there is no server 'is3'"));
    EXPECT_THAT(refusal(cluster("<set for=\"s01b01\" server=\"b2\"/>\n")),
                StartsWith("cluster.xml:12: s01b01: there is no server 'b2'"));
}

TEST(Expand, RefusesABladeWithoutATypeOrAServer) {
    EXPECT_THAT(refusal(cluster("", "")), StartsWith("cluster.xml:8: s01b01: it has no type"));
    EXPECT_THAT(refusal(cluster("<component name=\"lone\" role=\"blade\" type=\"js20\" "
                                "pattern=\"lone\"><interface network=\"bootnet\" "
                                "address=\"10.1.9.9\"/></component>\n")),
                StartsWith("cluster.xml:12: lone: no server at or above its place"));
}

TEST(Expand, RefusesContradictoryLevels) {
    const auto with_level = [](const std::string& attributes) {
        return cluster("<level " + attributes +
                       "><component name=\"x\" role=\"other\"/></level>\n");
    };
    EXPECT_THAT(refusal(with_level("name=\"rack\" symbol=\"r\" first=\"3\" last=\"2\"")),
                StartsWith("cluster.xml:12: "));
    EXPECT_THAT(refusal(with_level("name=\"server\" symbol=\"r\" last=\"2\"")),
                StartsWith("cluster.xml:12: "));
    EXPECT_THAT(refusal(with_level("name=\"rack\" symbol=\"s\" last=\"2\"")),
                HasSubstr("cluster.xml:"));
    EXPECT_THAT(refusal(cluster("<level name=\"rack\" symbol=\"r\" last=\"2\"/>\n")),
                StartsWith("cluster.xml:12: level rack: no <component>"));
    EXPECT_THAT(refusal(cluster("<level name=\"rack\" symbol=\"r\" last=\"2\"><component "
                                "name=\"x\" role=\"other\" pattern=\"x{blade}\"/></level>\n")),
                StartsWith("cluster.xml:12: "));
    EXPECT_THAT(refusal(with_level("name=\"rack\" symbol=\"r\" width=\"9\" last=\"999999999\"")),
                HasSubstr("places"));
}

TEST(Expand, RefusesLevelsTooDeep) {
    std::string open;
    std::string close;
    for (int depth = 0; depth < 200; ++depth) {
        open += "<level name=\"l" + std::to_string(depth) + "\" symbol=\"x\" last=\"1\">";
        close += "</level>";
    }
    EXPECT_THAT(refusal(cluster(open + close)), HasSubstr("more than 8 deep"));
}

/// What a file of 16 MiB may cost, however it was made.
void expect_refused_quickly(const std::string& xml, std::string_view reason) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_THAT(refusal(xml), HasSubstr(reason));
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Expand, TakesBoundedTime) {
    const std::string many =
        "<level name=\"n\" symbol=\"n\" last=\"15000\"><component name=\"node\" role=\"other\" "
        "pattern=\"n{n}\"/></level>\n";
    const auto repeated = [](const std::string& text, std::size_t count) {
        std::string all;
        for (std::size_t at = 0; at < count; ++at)
            all += text;
        return all;
    };
    expect_refused_quickly(
        cluster(many + repeated("<set for=\"all\"><property name=\"a\" value=\"b\"/></set>", 9000)),
        "more than 2000000 settings");
    expect_refused_quickly(
        cluster(many + repeated("<set for=\"all,-all\" type=\"js21\"/>", 60'000)),
        "cluster.xml:13: ");
    expect_refused_quickly(
        cluster(many + "<group name=\"g\" range=\"" + repeated("n[1-15000],", 5000) + "n1\"/>"),
        "cluster.xml:13: ");
    expect_refused_quickly(cluster(many + repeated("<absent for=\"n[1-14999]\"/>", 60'000)),
                           "more than 2000000 settings");
}

TEST(Expand, TakesBoundedTimeForOneComponent) {
    std::string properties;
    std::string networks;
    std::string interfaces;
    for (int at = 0; at < 40'000; ++at)
        properties += "<set for=\"s01b01\"><property name=\"p" + std::to_string(at) +
                      "\" value=\"v\"/></set>\n";
    for (int at = 0; at < 17; ++at) {
        const std::string number = std::to_string(at);
        networks += "<network name=\"x" + number + "\" role=\"usernet\" address=\"192.168." +
                    number + ".0/24\"/>\n";
        interfaces += "<set for=\"s01b01\"><interface network=\"x" + number +
                      "\" address=\"192.168." + number + ".1\"/></set>\n";
    }
    expect_refused_quickly(cluster(properties), "s01b01: more than 64 properties");
    expect_refused_quickly(cluster(networks + interfaces), "s01b01: more than 16 interfaces");
}

// -- what is right

TEST(Expand, TakesTheStrongestSetting) {
    const Definition definition =
        accepted(cluster("<set for=\"s01b01\" type=\"js20\"/>"
                         "<set for=\"gpu\"><property name=\"rack\" value=\"group\"/></set>"
                         "<set for=\"s01\" type=\"js21\"><property name=\"rack\" "
                         "value=\"place\"/></set>"
                         "<set for=\"all\"><property name=\"rack\" value=\"all\"/></set>"
                         "<set for=\"kind=mm\"><property name=\"rack\" value=\"kind\"/></set>"
                         "<set for=\"s02b02\"><property name=\"rack\" value=\"itself\"/></set>"
                         "<group name=\"gpu\" range=\"s[01-02]b[01-02]\"/>"));
    const auto rack = [&](std::string_view name) {
        return attribute_of(definition, definition.taxonomy.find(name).value(), "rack");
    };
    EXPECT_EQ(blade(definition, "s01b01").type, model::BladeType::js20);
    EXPECT_EQ(blade(definition, "s01b02").type, model::BladeType::js21);
    EXPECT_EQ(blade(definition, "s02b02").type, model::BladeType::js20);
    EXPECT_EQ(rack("s01b01"), "place");
    EXPECT_EQ(rack("s02b01"), "group");
    EXPECT_EQ(rack("s02b02"), "itself");
    EXPECT_EQ(rack("s02b03"), "all");
    EXPECT_EQ(rack("is01"), "place");
    EXPECT_EQ(rack("s02mm"), "kind");
    EXPECT_EQ(definition.groups.at(0).members.size(), 4U);
}

TEST(Expand, KeepsOutForTheClusterBesideWhatIsNearer) {
    const auto said = [](const std::string& range, const std::string& rules) {
        return "<set for=\"" + range + "\"><property name=\"keep-out\" value=\"" + rules +
               "\"/></set>\n";
    };
    const Definition definition =
        accepted(cluster(said("all", "/all") + said("gpu", "/group") + said("s01b01", "/itself") +
                         "<group name=\"gpu\" range=\"s[01-02]b[01-02]\"/>\n"));
    const auto nearest = [&](std::string_view name) { return blade(definition, name).keep_out; };
    EXPECT_EQ(nearest("s01b01"), (KeepOutProperty{"/itself", "s01b01"}));
    EXPECT_EQ(nearest("s01b02"), (KeepOutProperty{"/group", "gpu"}));
    EXPECT_EQ(nearest("s01b03"), std::nullopt);
    for (const Blade& each : definition.blades)
        EXPECT_EQ(each.cluster_keep_out, (KeepOutProperty{"/all", "all"})) << to_string(each.name);
    const Definition without = accepted(cluster(said("s01b01", "/itself")));
    EXPECT_EQ(blade(without, "s01b01").cluster_keep_out, std::nullopt);
    EXPECT_NE(blade(without, "s01b01").keep_out, std::nullopt);
}

TEST(Expand, DoesNotDependOnTheOrderOfElements) {
    const std::string one = "<set for=\"s01b01\" type=\"js21\"/>\n";
    const std::string two = "<set for=\"s01\" mac=\"02:00:00:00:01:{blade}\"/>\n";
    const std::string three = "<absent for=\"s02b03\"/>\n";
    const std::string group = "<group name=\"gpu\" range=\"s02\"/>\n";
    EXPECT_EQ(accepted(cluster(one + two + three + group)),
              accepted(cluster(group + three + two + one)));
}

TEST(Expand, PutsABladeOnTheBootnetOfItsServer) {
    const Definition definition = accepted(
        cluster("<set for=\"s01b04\" server=\"is{server+1}\"><interface network=\"bootnet\" "
                "address=\"10.2.9.9\"/></set>\n"));
    EXPECT_EQ(to_string(blade(definition, "s01b04").server), "is02");
    EXPECT_EQ(to_string(blade(definition, "s01b04").interfaces.at(0).network), "bootnet-s02");
    EXPECT_EQ(to_string(blade(definition, "s01b03").interfaces.at(0).network), "bootnet-s01");
}

TEST(Expand, KeepsTheNumbersOfAbsentComponents) {
    const Definition definition = accepted(cluster("<absent for=\"s01\"/>\n"));
    EXPECT_EQ(definition.servers.size(), 1U);
    ASSERT_EQ(definition.blades.size(), 4U);
    EXPECT_EQ(definition.taxonomy.linear_name(definition.blades[0].position), "b5");
    EXPECT_EQ(definition.blades[0].mac, std::nullopt);
}

TEST(Expand, SetsOneAddressAndKeepsTheOther) {
    const Definition definition = accepted(
        cluster("<set for=\"s01b01\"><interface network=\"bootnet\" address6=\"fd00:1::9\"/></set>"
                "<set for=\"s01b01\"><interface network=\"usernet\" "
                "address=\"172.16.0.1\"/></set>",
                "type=\"js20\"", " address6=\"fd00:{server}::/64\""));
    const Blade& first = blade(definition, "s01b01");
    ASSERT_EQ(first.interfaces.size(), 2U);
    EXPECT_EQ(to_string(first.interfaces[0].address), "10.1.1.1");
    EXPECT_EQ(to_string(first.interfaces[0].address6.value()), "fd00:1::9");
    EXPECT_EQ(to_string(first.interfaces[1].network), "usernet");
    EXPECT_EQ(to_string(definition.networks[1].network6.value()), "fd00:2::/64");
    EXPECT_EQ(definition.networks[2].suffix, "-usernet");
}

// -- the examples

Definition example(const std::string& name) {
    std::ifstream file(dim::testing::source_directory() + "/docs/examples/" + name);
    const std::string xml{std::istreambuf_iterator<char>(file), {}};
    auto definition = parse_cluster(xml, name);
    EXPECT_TRUE(definition) << to_string(definition.error());
    const auto source = parse_source(xml, name);
    EXPECT_EQ(parse_source(to_xml(source.value()), name), source);
    return *std::move(definition);
}

TEST(Examples, Mini) {
    const Definition definition = example("mini.xml");
    ASSERT_EQ(definition.blades.size(), 2U);
    EXPECT_EQ(to_string(definition.servers.at(0).name), "is01");
    EXPECT_EQ(to_string(definition.blades[0].mac.value()), "52:54:00:01:01:01");
    EXPECT_EQ(definition.blades[1].type, model::BladeType::js21);
}

TEST(Examples, Marenostrum) {
    const Definition definition = example("marenostrum.xml");
    EXPECT_EQ(definition.servers.size(), 43U);
    EXPECT_EQ(definition.blades.size(), 2406U);
    EXPECT_EQ(definition.components.size(), 172U);
    EXPECT_EQ(definition.networks.size(), 45U);
    EXPECT_EQ(definition.taxonomy.name(definition.taxonomy.find("mm90").value()), "s23c2mm");
    EXPECT_EQ(to_string(definition.blades.back().name), "s43c4b12");
    EXPECT_EQ(to_string(blade(definition, "s23c2b14").interfaces[0].address), "10.23.2.24");
}

TEST(Examples, Flat) {
    const Definition definition = example("flat.xml");
    EXPECT_EQ(definition.servers.size(), 8U);
    EXPECT_EQ(definition.blades.size(), 1000U);
    EXPECT_EQ(to_string(blade(definition, "n0128").server), "is1");
    EXPECT_EQ(to_string(blade(definition, "n0129").server), "is2");
    EXPECT_EQ(to_string(blade(definition, "n1000").server), "is8");
    EXPECT_EQ(to_string(blade(definition, "n0129").interfaces[0].address6.value()), "fd00:2::1");
}

TEST(Examples, SevenThousand) {
    const Definition definition = example("7000.xml");
    EXPECT_EQ(definition.servers.size(), 125U);
    EXPECT_EQ(definition.blades.size(), 7000U);
    EXPECT_EQ(definition.components.size(), 500U);
    EXPECT_EQ(definition.networks.size(), 127U);
    EXPECT_EQ(definition.groups.size(), 2U);
    EXPECT_EQ(definition.groups[1].members.size(), 6875U);
    std::size_t js21 = 0;
    for (const Blade& each : definition.blades) {
        EXPECT_TRUE(each.mac);
        if (each.type == model::BladeType::js21) ++js21;
    }
    EXPECT_EQ(js21, 3500U);
}

}  // namespace
}  // namespace dim::cluster
