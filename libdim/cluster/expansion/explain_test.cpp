#include "libdim/cluster/expansion/explain.hpp"

#include <map>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kCluster = R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" per="server" role="bootnet" address="10.{server}.0.0/16"/>
  <level name="server" symbol="s" width="2" last="3">
    <component name="server" role="server" pattern="is{server}" linear="is">
      <interface network="bootnet" device="eth1" address="10.{server}.0.1"/>
    </component>
    <level name="blade" symbol="b" width="2" last="4">
      <component name="blade" role="blade" type="js20">
        <interface network="bootnet" address="10.{server}.1.{blade}"/>
      </component>
    </level>
  </level>
  <set for="s02" type="js21"><property name="rack" value="A3"/></set>
  <set for="s02b01" mac="02:00:00:00:00:01">
    <interface network="bootnet" address="10.2.9.9"/>
  </set>
  <group name="gpu" range="s02b01"/>
  <absent for="s03b04"/>
</cluster>)";

std::map<std::string, Explanation> explain(std::string_view name) {
    const auto explanations = explain_component(kCluster, "c.xml", name);
    EXPECT_TRUE(explanations) << to_string(explanations.error());
    std::map<std::string, Explanation> by_attribute;
    for (const Explanation& explanation : explanations.value())
        by_attribute.emplace(explanation.attribute, explanation);
    return by_attribute;
}

TEST(Explain, RefusesWhatIsNotThere) {
    EXPECT_EQ(explain_component(kCluster, "c.xml", "s09b01").error().code(), ErrorCode::not_found);
    const auto absent = explain_component(kCluster, "c.xml", "b12");
    EXPECT_EQ(absent.error().message(), "s03b04 is absent");
    EXPECT_THAT(explain_component("<cluster/>", "c.xml", "b1").error().message(),
                HasSubstr("c.xml:1: "));
}

TEST(Explain, KeepOutRulesOfTheClusterAreNotHidden) {
    std::string xml(kCluster);
    xml.insert(xml.find("  <group"),
               "<set for=\"all\"><property name=\"keep-out\" value=\"/a\"/></set>"
               "<set for=\"s02\"><property name=\"keep-out\" value=\"/b\"/></set>"
               "<set for=\"gpu\"><property name=\"keep-out\" value=\"/c\"/></set>");
    const auto explanations = explain_component(xml, "c.xml", "s02b01").value();
    std::map<std::string, Explanation> found;
    for (const Explanation& explanation : explanations)
        found.emplace(explanation.attribute, explanation);
    EXPECT_EQ(found["keep-out"].value, "/b");
    EXPECT_THAT(found["keep-out"].overridden, ElementsAre(HasSubstr("<set for=\"gpu\">: /c")));
    EXPECT_EQ(found["keep-out of the cluster"].value, "/a");
    EXPECT_THAT(found["keep-out of the cluster"].overridden, IsEmpty());
}

TEST(Explain, NamesTheElementAndTheRule) {
    auto found = explain("b1");
    EXPECT_EQ(found["name"].value, "s01b01");
    EXPECT_EQ(found["linear name"].value, "b1");
    EXPECT_EQ(found["kind"].value, "blade");
    EXPECT_EQ(found["type"].origin, "c.xml:8: <component name=\"blade\">: js20");
    EXPECT_EQ(found["mac"].value, "none");
    EXPECT_EQ(found["server"].value, "is01");
    EXPECT_EQ(found["server"].origin,
              "c.xml:4: <component name=\"server\">: the server at or above its place");
    EXPECT_EQ(found["address on bootnet-s01"].value, "10.1.1.1");
    EXPECT_EQ(found["address on bootnet-s01"].origin,
              "c.xml:9: <component name=\"blade\">: 10.{server}.1.{blade}");
    EXPECT_THAT(found["address on bootnet-s01"].overridden, IsEmpty());
    EXPECT_FALSE(found.contains("group"));
}

TEST(Explain, NamesWhatIsOverridden) {
    auto found = explain("s02b01");
    EXPECT_EQ(found["type"].value, "js21");
    EXPECT_EQ(found["type"].origin, "c.xml:13: <set for=\"s02\">: js21");
    EXPECT_THAT(found["type"].overridden, ElementsAre("c.xml:8: <component name=\"blade\">: js20"));
    EXPECT_EQ(found["address on bootnet-s02"].value, "10.2.9.9");
    EXPECT_EQ(found["address on bootnet-s02"].origin, "c.xml:15: <set for=\"s02b01\">: 10.2.9.9");
    EXPECT_THAT(found["address on bootnet-s02"].overridden,
                ElementsAre("c.xml:9: <component name=\"blade\">: 10.{server}.1.{blade}"));
    EXPECT_EQ(found["mac"].origin, "c.xml:14: <set for=\"s02b01\">: 02:00:00:00:00:01");
    EXPECT_EQ(found["rack"].value, "A3");
    EXPECT_EQ(found["group"].value, "gpu");
}

TEST(Explain, KnowsServersToo) {
    auto found = explain("is2");
    EXPECT_EQ(found["device on bootnet-s02"].value, "eth1");
    EXPECT_EQ(found["rack"].value, "A3");
    EXPECT_FALSE(found.contains("type"));
}

TEST(Explain, TellsWhatTheRowOfItsPlatformSays) {
    std::string xml(kCluster);
    xml.insert(xml.find("  <group"), "<platform name=\"dark\" like=\"js21\" console=\"hvc1\"/>"
                                     "<set for=\"s02b01\" type=\"dark\"/>");
    const auto explanations = explain_component(xml, "c.xml", "s02b01").value();
    std::map<std::string, Explanation> found;
    for (const Explanation& explanation : explanations)
        found.emplace(explanation.attribute, explanation);
    EXPECT_EQ(found["type"].value, "dark");
    EXPECT_EQ(found["like of its platform"].value, "js21");
    EXPECT_EQ(found["console of its platform"].value, "hvc1");
    EXPECT_EQ(found["console of its platform"].origin, "c.xml:17: <platform name=\"dark\">");
    EXPECT_FALSE(found.contains("drivers of its platform"));
}

}  // namespace
}  // namespace dim::cluster
