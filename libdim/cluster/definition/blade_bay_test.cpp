#include "libdim/cluster/definition/blade_bay.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"

#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

/// MODULES stand in each chassis, SETTINGS at the end.
Definition modules(const std::string& in_chassis, const std::string& settings = "") {
    const std::string xml = R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" per="server" role="bootnet" address="10.{server}.0.0/16"/>
  <network name="mmnet" role="management" address="10.200.0.0/16"/>
  <level name="server" symbol="s" width="2" last="2">
    <component name="server" role="server">
      <interface network="bootnet" device="eth1" address="10.{server}.0.1"/>
    </component>
    <component name="hub" role="management-module" pattern="s{server}hub">
      <interface network="mmnet" address="10.200.0.{server}"/>
    </component>
    <level name="chassis" symbol="c" last="2">)" +
                            in_chassis +
                            R"(<level name="blade" symbol="b" width="2" last="4">
        <component name="blade" role="blade" type="js20" mac="02:00:00:{server}:{chassis}:{blade}">
          <interface network="bootnet" address="10.{server}.{chassis}.{blade+10}"/>
        </component>
      </level>
    </level>
  </level>)" + settings + "</cluster>";
    auto parsed = parse_cluster(xml, "cluster.xml");
    EXPECT_TRUE(parsed) << to_string(parsed.error());
    return *std::move(parsed);
}

const std::string kModule = R"(<component name="mm" role="management-module"
    pattern="s{server}c{chassis}mm">
  <interface network="bootnet" address="10.{server}.9.{chassis}"/>
  <interface network="mmnet" address="10.200.{server}.{chassis}"/></component>)";

std::string bay(const Definition& definition, std::string_view blade) {
    const auto found =
        bay_of(definition, *find_blade(definition, *model::ComponentName::parse(blade)));
    return found ? to_string(found->module->name) + " " + std::to_string(found->bay)
                 : "error: " + found.error().message();
}

TEST(BladeBay, IsOfTheNearestModuleAboveTheBlade) {
    const Definition definition = modules(kModule);
    EXPECT_EQ(bay(definition, "s02c1b03"), "s02c1mm 3");
    EXPECT_EQ(bay(modules(""), "s02c1b03"), "s02hub 3");
}

std::string partner(const Definition& definition, std::string_view module) {
    const Position position = definition.taxonomy.find(module).value();
    const auto contact = contact_of(definition, *find_component(definition, position).other);
    if (!contact) return "error: " + contact.error().message();
    return contact->partner == nullptr ? "none" : to_string(contact->partner->name);
}

std::string partner_property(const std::string& of, const std::string& name) {
    return "<set for=\"" + of + "\"><property name=\"partner\" value=\"" + name + "\"/></set>";
}

TEST(BladeBay, OfTwoModulesThatStandInForEachOtherTheOneWithAPartnerIsAsked) {
    const std::string second = R"(<component name="nn" role="management-module"
        pattern="s{server}c{chassis}nn"><interface network="mmnet" address="10.200.{server}.{chassis+20}"/>
        </component>)";
    const auto first = modules(kModule + second, partner_property("s01c1mm", "s01c1nn"));
    EXPECT_EQ(bay(first, "s01c1b01"), "s01c1mm 1");
    const auto other = modules(kModule + second, partner_property("s01c1nn", "s01c1mm"));
    EXPECT_EQ(bay(other, "s01c1b01"), "s01c1nn 1");
    const cluster::Component* module =
        find_component(first, first.taxonomy.find("s01c1mm").value()).other;
    EXPECT_EQ(to_string(contact_of(first, *module).value().partner->name), "s01c1nn");
    for (const char* wrong : {"s01c1mm", "s01c1b01", "nothing"}) {
        const auto bad = modules(kModule + second, partner_property("s01c1mm", wrong));
        EXPECT_FALSE(
            contact_of(bad, *find_component(bad, bad.taxonomy.find("s01c1mm").value()).other))
            << wrong;
    }
}

TEST(BladeBay, APartnerIsInTheSameChassis) {
    const std::string second = R"(<component name="nn" role="management-module"
        pattern="s{server}c{chassis}nn"><interface network="mmnet" address="10.200.{server}.{chassis+20}"/>
        </component>)";
    for (const char* wrong : {"s01c2nn", "s02c1nn", "s01c2mm", "s01hub"}) {
        const auto bad = modules(kModule + second, partner_property("s01c1mm", wrong));
        EXPECT_EQ(partner(bad, "s01c1mm"),
                  "error: property partner of s01c1mm: " + std::string(wrong) +
                      " is not in the same chassis: it stands at another place of the cluster "
                      "definition");
        EXPECT_EQ(partner(bad, "s01c2mm"), "none");
    }
}

TEST(BladeBay, ModulesThatHaveANumberOfTheirOwnArePartnersInOneChassisOnly) {
    const std::string numbered = R"(<level name="module" symbol="m" last="2">
        <component name="mm" role="management-module">
          <interface network="mmnet" address="10.200.{server}.{chassis*10+module}"/>
        </component></level>)";
    const auto set = [](const std::string& name) { return partner_property("s01c1m1", name); };
    EXPECT_EQ(partner(modules(numbered, set("s01c1m2")), "s01c1m1"), "s01c1m2");
    EXPECT_TRUE(partner(modules(numbered, set("s01c2m2")), "s01c1m1").starts_with("error: "));
}

TEST(BladeBay, OneModuleIsThePartnerOfOne) {
    const auto module = [](const std::string& kind, const std::string& address) {
        return "<component name=\"" + kind +
               "\" role=\"management-module\" pattern=\"s{server}c{chassis}" + kind +
               "\"><interface network=\"mmnet\" address=\"10.200.{server}.{chassis+" + address +
               "}\"/></component>";
    };
    const auto definition =
        modules(kModule + module("nn", "20") + module("oo", "40"),
                partner_property("s01c1mm", "s01c1oo") + partner_property("s01c1nn", "s01c1oo"));
    EXPECT_EQ(partner(definition, "s01c1mm"),
              "error: s01c1oo is the partner of s01c1mm and of s01c1nn");
    EXPECT_EQ(partner(definition, "s01c1nn"),
              "error: s01c1oo is the partner of s01c1nn and of s01c1mm");
}

TEST(BladeBay, TwoModulesAsNearNeedAWord) {
    const std::string second = R"(<component name="nn" role="management-module"
        pattern="s{server}c{chassis}nn"/>)";
    EXPECT_EQ(bay(modules(kModule + second), "s01c1b01"),
              "error: s01c1b01 has two management modules: s01c1mm and s01c1nn");
    const Definition said = modules(kModule + second,
                                    R"(<set for="s01c1b01"><property name="module" value="s01c1nn"/>
                                       <property name="bay" value="7"/></set>
                                       <set for="s01c1b02"><property name="module" value="is01"/>
                                       </set>)");
    EXPECT_EQ(bay(said, "s01c1b01"), "s01c1nn 7");
    EXPECT_TRUE(bay(said, "s01c1b02").starts_with("error: ")) << bay(said, "s01c1b02");
}

std::string bay_alone(const Definition& definition, std::string_view blade) {
    const BladeBays bays(definition);
    const auto found = bays.of(*find_blade(definition, *model::ComponentName::parse(blade)));
    return found ? to_string(found->module->name) + " " + std::to_string(found->bay)
                 : "error: " + found.error().message();
}

std::string bay_property(const std::string& of, const std::string& bay,
                         const std::string& more = "") {
    return "<set for=\"" + of + "\"><property name=\"bay\" value=\"" + bay + "\"/>" + more +
           "</set>";
}

TEST(BladeBay, OfTwoBladesInOneBayNeitherIsKnown) {
    const Definition definition = modules(kModule, bay_property("s01c1b03", "4"));
    EXPECT_EQ(bay_alone(definition, "s01c1b03"),
              "error: s01c1b03 and s01c1b04 are the same: bay 4 of s01c1mm");
    EXPECT_EQ(bay_alone(definition, "s01c1b04"),
              "error: s01c1b04 and s01c1b03 are the same: bay 4 of s01c1mm");
    EXPECT_EQ(bay_alone(definition, "s01c1b02"), "s01c1mm 2");
    EXPECT_EQ(bay_alone(definition, "s01c2b04"), "s01c2mm 4");
    const Definition other_chassis =
        modules(kModule, R"(<set for="s01c2b04"><property name="module" value="s01c1mm"/></set>)");
    EXPECT_EQ(bay_alone(other_chassis, "s01c1b04"),
              "error: s01c1b04 and s01c2b04 are the same: bay 4 of s01c1mm");
    EXPECT_EQ(bay_alone(modules(""), "s01c1b01"),
              "error: s01c1b01 and s01c2b01 are the same: bay 1 of s01hub")
        << "one module for two chassis";
}

std::string shared_bays(const Definition& definition) {
    const BladeBays bays(definition);
    std::string text;
    for (const auto& [bay, blades] : bays.shared()) {
        for (const Blade* blade : blades)
            text += to_string(blade->name) + ' ';
        text += "bay " + std::to_string(bay.bay) + " of " + to_string(bay.module->name) + '\n';
    }
    return text;
}

TEST(BladeBay, BaysOfSeveralBladesAreKnown) {
    EXPECT_EQ(shared_bays(modules(kModule)), "");
    const std::string moved = bay_property("s01c1b03", "4") + bay_property("s02c1b01", "4");
    EXPECT_EQ(shared_bays(modules(kModule, moved)), "s01c1b03 s01c1b04 bay 4 of s01c1mm\n"
                                                    "s02c1b01 s02c1b04 bay 4 of s02c1mm\n");
}

TEST(BladeBay, TwoModulesOfAChassisHaveTheSameBays) {
    const std::string second = R"(<component name="nn" role="management-module"
        pattern="s{server}c{chassis}nn"/>)";
    const std::string by_second = R"(<property name="module" value="s01c1nn"/>)";
    const Definition definition =
        modules(kModule + second,
                partner_property("s01c1mm", "s01c1nn") + bay_property("s01c1b03", "4", by_second));
    EXPECT_EQ(bay_alone(definition, "s01c1b04"),
              "error: s01c1b04 and s01c1b03 are the same: bay 4 of s01c1mm");
    EXPECT_EQ(bay_alone(definition, "s01c1b03"),
              "error: s01c1b03 and s01c1b04 are the same: bay 4 of s01c1nn");
}

TEST(BladeBay, ABladeWithHardwareOfItsOwnIsInNoBay) {
    const std::string own = R"(<property name="power" value="ipmi"/></set>)";
    const Definition definition =
        modules(kModule, bay_property("s01c1b03", "4") + "<set for=\"s01c1b04\">" + own);
    EXPECT_EQ(bay_alone(definition, "s01c1b03"), "s01c1mm 4");
    EXPECT_TRUE(bay_alone(definition, "s01c1b04").starts_with("error: s01c1b04 and s01c1b03"));
}

TEST(BladeBay, TwoBladesWithHardwareOfTheirOwnAreNotToldOneBay) {
    const std::string own =
        R"(<set for="s01c[1-2]b01"><property name="power" value="ipmi"/></set>)";
    EXPECT_EQ(bay_alone(modules(kModule, own), "s01c1b01"), "s01c1mm 1");
    const Definition hub = modules("", own + bay_property("s01c2b02", "8"));
    EXPECT_EQ(bay_alone(hub, "s01c1b01"),
              "error: s01c1b01 and s01c2b01 are the same: bay 1 of s01hub");
    EXPECT_EQ(bay_alone(hub, "s01c1b02"), "s01hub 2");
}

TEST(BladeBay, AModuleIsAskedOnTheManagementNetwork) {
    const Definition definition =
        modules(kModule, R"(<set for="s02c2mm"><property name="snmp-port" value="1161"/></set>
                            <set for="kind=mm"><property name="credentials" value="/etc/dim/mm.key"/>
                            </set>)");
    const auto contact = [&](std::string_view name) {
        const Position position = *definition.taxonomy.find(name);
        return contact_of(definition, *find_component(definition, position).other).value();
    };
    EXPECT_EQ(contact("s01c2mm"), (ModuleContact{*model::Ipv4Address::parse("10.200.1.2"),
                                                 std::nullopt, "/etc/dim/mm.key"}));
    EXPECT_EQ(contact("s02c2mm"),
              (ModuleContact{*model::Ipv4Address::parse("10.200.2.2"), 1161, "/etc/dim/mm.key"}));
    const Definition bare = modules(
        R"(<component name="mm" role="management-module" pattern="s{server}c{chassis}mm"/>)");
    EXPECT_FALSE(contact_of(bare, *find_component(bare, *bare.taxonomy.find("s01c1mm")).other));
}

}  // namespace
}  // namespace dim::cluster
