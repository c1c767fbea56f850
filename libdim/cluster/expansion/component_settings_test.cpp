#include "libdim/cluster/expansion/component_settings.hpp"
#include "libdim/cluster/expansion/expand.hpp"
#include "libdim/cluster/expansion/expand_networks.hpp"
#include "libdim/cluster/xml/source_reader.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Three servers, named as their places, of two chassis of four blades.
class ComponentSettingsTest : public ::testing::Test {
protected:
    Result<ComponentSettings> settings(const std::string& body) {
        source_ = parse_source(R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
            <network name="bootnet" per="server" role="bootnet" address="10.{server}.0.0/16"/>
            <level name="server" symbol="s" first="0" last="2">
              <component name="server" role="server" linear="srv"/>
              <level name="chassis" symbol="c" last="2">
                <component name="mm" role="management-module" pattern="s{server}c{chassis}mm"/>
                <level name="blade" symbol="b" last="4">
                  <component name="blade" role="blade" type="js20"/>
                </level>
              </level>
            </level>)" + body + "</cluster>",
                               "c.xml")
                      .value();
        taxonomy_ = make_taxonomy(source_, "c.xml").value();
        return ComponentSettings::create(source_, taxonomy_, "c.xml");
    }

    /// The ranges of the <set> elements that speak of NAME; a '*' after those of which only the
    /// properties count.
    std::vector<std::string> ranges_for(const ComponentSettings& made, std::string_view name) {
        std::vector<std::string> ranges;
        for (const Setting& setting : made.of(position(name)))
            if (setting.rank != SettingRank::component)
                ranges.push_back(source_.sets[setting.element - source_.components.size()].range +
                                 (setting.is_properties_only ? "*" : ""));
        return ranges;
    }

    Position position(std::string_view name) { return taxonomy_.find(name).value(); }

    DefinitionSource source_{.line = {}, .name = model::ComponentName::parse("x").value()};
    Taxonomy taxonomy_;
};

std::string set(const std::string& range) { return "<set for=\"" + range + "\" type=\"js21\"/>"; }

TEST_F(ComponentSettingsTest, RefusesAGroupNamedAsAComponent) {
    const auto refused = settings("<component name=\"head\" role=\"other\" pattern=\"head\"/>"
                                  "<group name=\"head\" range=\"all\"/>");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("group head: a component has this name"));
}

TEST_F(ComponentSettingsTest, RefusesAGroupInAGroup) {
    EXPECT_FALSE(settings("<group name=\"a\" range=\"s1\"/><group name=\"b\" range=\"a\"/>"));
}

TEST_F(ComponentSettingsTest, PutsTheStrongestFirst) {
    const auto made = settings(set("s1") + set("gpu") + set("all") + set("kind=blade") +
                               set("s1c2b3") + set("s1c2") + "<group name=\"gpu\" range=\"s1\"/>");
    ASSERT_TRUE(made) << to_string(made.error());
    EXPECT_THAT(ranges_for(*made, "s1c2b3"),
                ElementsAre("s1c2b3", "s1c2", "s1", "gpu", "kind=blade", "all"));
    EXPECT_THAT(ranges_for(*made, "s1c1b3"), ElementsAre("s1", "gpu", "kind=blade", "all"));
    EXPECT_THAT(ranges_for(*made, "s1c2mm"), ElementsAre("s1c2*", "s1*", "all*"));
    EXPECT_THAT(ranges_for(*made, "s0c1b1"), ElementsAre("kind=blade", "all"));
}

TEST_F(ComponentSettingsTest, BothNamesOfAComponentAreEquallyStrong) {
    const auto made = settings(set("s0c1b2") + set("b2") + set("s0c1b[1-3]"));
    ASSERT_TRUE(made) << to_string(made.error());
    for (const Setting& setting : made->of(position("b2")))
        EXPECT_TRUE(setting.rank == SettingRank::itself || setting.rank == SettingRank::component);
}

TEST_F(ComponentSettingsTest, ANameThatIsAPlaceTooMeansThePlace) {
    const auto made = settings(set("s1") + "<set for=\"s1@kind=server\"><interface "
                                           "network=\"bootnet\" address=\"10.1.0.1\"/></set>");
    ASSERT_TRUE(made) << to_string(made.error());
    EXPECT_EQ(made->of(position("s1")).front().rank, SettingRank::itself);
    EXPECT_THAT(ranges_for(*made, "s1"), ElementsAre("s1*", "s1@kind=server"));
    EXPECT_THAT(ranges_for(*made, "s1c1b1"), ElementsAre("s1"));
}

TEST_F(ComponentSettingsTest, KnowsWhatIsAbsent) {
    const auto made = settings("<absent for=\"s1\"/><absent for=\"s0c1mm,s0c2b4\"/>"
                               "<group name=\"gpu\" range=\"s0c2\"/>");
    ASSERT_TRUE(made) << to_string(made.error());
    EXPECT_FALSE(made->is_present(position("s1")));
    EXPECT_FALSE(made->is_present(position("s1c2b1")));
    EXPECT_FALSE(made->is_present(position("s0c1mm")));
    EXPECT_TRUE(made->is_present(position("s0c2mm")));
    EXPECT_EQ(made->present().size(), 3U + 6 + 24 - (1 + 2 + 8) - 2);
    EXPECT_EQ(made->groups().at(0).members.size(), 3U);
}

TEST_F(ComponentSettingsTest, CountsPlaces) {
    ASSERT_TRUE(settings(""));
    EXPECT_EQ(place_of(taxonomy_, position("s2c1b3"), 0), 3U);
    EXPECT_EQ(place_of(taxonomy_, position("s2c1b3"), 1), 5U);
    EXPECT_EQ(place_of(taxonomy_, position("s2c1b3"), 2), 19U);
    EXPECT_EQ(place_of(taxonomy_, position("s2c2mm"), 1), 6U);
    EXPECT_EQ(place_of(taxonomy_, position("s2c2mm"), 2), std::nullopt);
}

TEST_F(ComponentSettingsTest, NamesANetworkForEachPlace) {
    const auto made = settings("<absent for=\"s1\"/>");
    ASSERT_TRUE(made);
    const auto networks = NetworkTable::create(source_, taxonomy_, *made, "c.xml");
    ASSERT_TRUE(networks) << to_string(networks.error());
    ASSERT_EQ(networks->networks().size(), 2U);
    EXPECT_EQ(to_string(networks->networks()[1].name), "bootnet-s2");
    const auto bootnet = model::ComponentName::parse("bootnet").value();
    EXPECT_EQ(networks->find(bootnet, taxonomy_, position("s2c1b1"), position("s0")).value(),
              &networks->networks()[0]);
    EXPECT_EQ(networks->find(bootnet, taxonomy_, position("s2c1mm"), {}).value(),
              &networks->networks()[1]);
}

}  // namespace
}  // namespace dim::cluster
