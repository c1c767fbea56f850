#include "libdim/cluster/definition/difference.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kCluster = R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <services dns="none"/>
  <network name="bootnet" per="server" role="bootnet" address="10.{server}.0.0/16"/>
  <network name="usernet" role="usernet" address="172.16.0.0/12"/>
  <level name="server" symbol="s" width="2" last="3">
    <component name="server" role="server" pattern="is{server}" linear="is">
      <interface network="bootnet" device="eth1" address="10.{server}.0.1"/>
    </component>
    <level name="blade" symbol="b" width="2" last="4">
      <component name="blade" role="blade" type="js20" mac="02:00:00:00:{server}:{blade}">
        <interface network="bootnet" address="10.{server}.1.{blade}"/>
      </component>
    </level>
  </level>
  <group name="gpu" range="s01"/>
</cluster>)";

Definition cluster(std::string_view from = "", std::string_view to = "",
                   std::string_view text = kCluster) {
    std::string xml(text);
    if (!from.empty()) xml.replace(xml.find(from), from.size(), to);
    auto definition = parse_cluster(xml, "test.xml");
    EXPECT_TRUE(definition) << to_string(definition.error());
    return *std::move(definition);
}

/// With MORE before its end.
Definition cluster_and(const std::string& more) {
    return cluster("</cluster>", more + "</cluster>");
}

std::vector<std::string> texts(const DefinitionDifference& difference) {
    std::vector<std::string> texts;
    for (const DefinitionChange& change : difference.changes)
        texts.push_back(std::string(change.kind == DefinitionChange::Kind::added     ? "+ "
                                    : change.kind == DefinitionChange::Kind::removed ? "- "
                                                                                     : "~ ") +
                        change.what + " (" + std::to_string(change.count) + "): " + change.text);
    return texts;
}

std::vector<std::string> servers(const DefinitionDifference& difference) {
    std::vector<std::string> names;
    for (const model::ComponentName& name : difference.servers)
        names.push_back(to_string(name));
    return names;
}

TEST(DefinitionDifference, OfTheSameIsNothing) {
    EXPECT_EQ(difference(cluster(), cluster()), DefinitionDifference());
}

TEST(DefinitionDifference, NamesRulesOfTheClusterBehindNearerOnes) {
    const auto keeping = [](const std::string& of_all) {
        return cluster_and("<set for=\"s02b01\"><property name=\"keep-out\" value=\"/b\"/></set>"
                           "<set for=\"all\"><property name=\"keep-out\" value=\"" +
                           of_all + "\"/></set>");
    };
    bool is_named = false;
    for (const DefinitionChange& change : difference(keeping("/a"), keeping("/c")).changes)
        is_named = is_named || change.text == "keep-out of the cluster /a → /c";
    EXPECT_TRUE(is_named);
}

TEST(DefinitionDifference, GroupsWhatChangesAlike) {
    const auto found = difference(cluster(), cluster_and("<set for=\"s02\" type=\"js21\"/>"));
    EXPECT_THAT(texts(found), ElementsAre("~ s02b[01-04] (4): type js20 → js21"));
    EXPECT_EQ(found.blades, 4U);
    EXPECT_THAT(servers(found), ElementsAre("is02"));
}

TEST(DefinitionDifference, GroupsAddressesWithTheFirstAsAnExample) {
    const auto found =
        difference(cluster(), cluster_and("<set for=\"s03\"><interface network=\"bootnet\" "
                                          "address=\"10.{server}.2.{blade}\"/></set>"));
    EXPECT_THAT(texts(found),
                ElementsAre("~ s03b[01-04] (4): address on the bootnet 10.3.1.1 → 10.3.2.1, …"));
    EXPECT_THAT(servers(found), ElementsAre("is03"));
}

TEST(DefinitionDifference, NamesTheOldAndTheNewServer) {
    const auto found =
        difference(cluster(), cluster_and("<set for=\"s01b04\" server=\"is3\"><interface "
                                          "network=\"bootnet\" address=\"10.3.9.1\"/></set>"));
    EXPECT_THAT(texts(found),
                ElementsAre("~ s01b04 (1): server is01 → is03",
                            "~ s01b04 (1): address on the bootnet 10.1.1.4 → 10.3.9.1"));
    EXPECT_EQ(found.blades, 1U);
    EXPECT_THAT(servers(found), ElementsAre("is01", "is03"));
}

TEST(DefinitionDifference, ShowsWhatComesAndGoes) {
    const auto fewer = cluster_and("<absent for=\"s01b[02-03]\"/>");
    auto found = difference(cluster(), fewer);
    EXPECT_THAT(texts(found), ElementsAre("- s01b[02-03] (2): blade",
                                          "~ group gpu (0): s01b[01-04] → s01b[01,04]"));
    EXPECT_EQ(found.blades, 2U);
    EXPECT_THAT(servers(found), ElementsAre("is01"));
    found = difference(fewer, cluster());
    EXPECT_THAT(texts(found).front(), "+ s01b[02-03] (2): blade");
}

TEST(DefinitionDifference, ShowsAServerThatComes) {
    const auto found = difference(cluster("last=\"3\"", "last=\"2\""), cluster());
    EXPECT_THAT(texts(found), ElementsAre("+ network bootnet-s03 (0): bootnet",
                                          "+ is03 (1): server", "+ s03b[01-04] (4): blade"));
    EXPECT_THAT(servers(found), ElementsAre("is03"));
}

TEST(DefinitionDifference, AChangeOfTheClusterConcernsAll) {
    auto found =
        difference(cluster(), cluster("name=\"demo\"", "name=\"demo\" domain=\"mn.example\""));
    EXPECT_THAT(texts(found), ElementsAre("~ the cluster (0): domain demo.cluster → mn.example"));
    EXPECT_THAT(servers(found), ElementsAre("is01", "is02", "is03"));
    EXPECT_EQ(found.blades, 0U);
    found = difference(cluster(), cluster("dns=\"none\"", "dns=\"bind\""));
    EXPECT_THAT(servers(found), ElementsAre("is01", "is02", "is03"));
}

TEST(DefinitionDifference, ANetworkConcernsTheServersOnIt) {
    auto found = difference(cluster(), cluster("\"10.{server}.0.0/16\"/>",
                                               "\"10.{server}.0.0/16\"><router "
                                               "address=\"10.{server}.0.254\"/></network>"));
    EXPECT_THAT(texts(found), ElementsAre("~ network bootnet-s01 and 2 more (0): router none → "
                                          "10.1.0.254, …"));
    EXPECT_THAT(servers(found), ElementsAre("is01", "is02", "is03"));
    found = difference(cluster(), cluster("172.16.0.0/12", "172.16.0.0/16"));
    EXPECT_THAT(texts(found),
                ElementsAre("~ network usernet (0): address 172.16.0.0/12 → 172.16.0.0/16"));
    EXPECT_THAT(servers(found), IsEmpty());
}

TEST(DefinitionDifference, WithDnsEveryNameConcernsAll) {
    const std::string with_dns =
        std::string(kCluster).replace(kCluster.find("\"none\""), 6, "\"bind\"");
    const auto found =
        difference(cluster("", "", with_dns),
                   cluster("</cluster>", "<absent for=\"s01b04\"/></cluster>", with_dns));
    EXPECT_THAT(servers(found), ElementsAre("is01", "is02", "is03"));
    const auto type = difference(
        cluster("", "", with_dns),
        cluster("</cluster>", "<set for=\"s01b04\" type=\"js21\"/></cluster>", with_dns));
    EXPECT_THAT(servers(type), ElementsAre("is01"));
}

/// Also that of one no image server is on: its prefix cuts the reverse zones.
TEST(DefinitionDifference, WithDnsTheShapeOfANetworkConcernsAll) {
    const std::string with_dns =
        std::string(kCluster).replace(kCluster.find("\"none\""), 6, "\"bind\"");
    const auto found =
        difference(cluster("", "", with_dns), cluster("172.16.0.0/12", "172.16.0.0/17", with_dns));
    EXPECT_THAT(servers(found), ElementsAre("is01", "is02", "is03"));
}

TEST(DefinitionDifference, AUsernetConcernsNoServerWithoutDns) {
    constexpr std::string_view kServersBootnet = "address=\"10.{server}.0.1\"/>";
    const std::string on_usernet =
        std::string(kServersBootnet) +
        "<interface network=\"usernet\" device=\"eth0\" address=\"172.16.0.{server}\"/>";
    const std::string before = std::string(kCluster).replace(kCluster.find(kServersBootnet),
                                                             kServersBootnet.size(), on_usernet);
    const std::vector<std::pair<std::string, std::string>> edits{
        {"172.16.0.0/12\"/>", "172.16.0.0/12\"><router address=\"172.16.9.9\"/></network>"},
        {"172.16.0.{server}", "172.16.1.{server}"},
        {"role=\"usernet\"", "role=\"usernet\" suffix=\"-u\""},
        {"\"eth0\"", "\"eth9\""},
        {"linear=\"is\"", "linear=\"server\""},
    };
    for (const auto& [from, to] : edits) {
        const auto found = difference(cluster("", "", before), cluster(from, to, before));
        EXPECT_THAT(servers(found), IsEmpty()) << to;
        EXPECT_FALSE(found.changes.empty()) << to;
    }
    EXPECT_THAT(servers(difference(cluster("", "", before), cluster("eth1", "eth2", before))),
                ElementsAre("is01", "is02", "is03"));
}

TEST(DefinitionDifference, APropertyConcernsNoServer) {
    const auto found = difference(
        cluster(), cluster_and("<set for=\"s01\"><property name=\"rack\" value=\"A3\"/></set>"));
    EXPECT_THAT(texts(found), ElementsAre("~ is01,s01b[01-04] (5): rack none → A3"));
    EXPECT_EQ(found.blades, 4U);
    EXPECT_THAT(servers(found), IsEmpty());
}

TEST(DefinitionDifference, SeesLinearNamesMove) {
    const auto found = difference(cluster(), cluster("last=\"4\"", "last=\"5\""));
    EXPECT_THAT(texts(found), ElementsAre("+ s[01-03]b05 (3): blade",
                                          "~ s[02-03]b[01-04] (8): linear name b5 → b6, …",
                                          "~ group gpu (0): s01b[01-04] → s01b[01-05]"));
}

TEST(DefinitionDifference, ARowOfThePlatformTableConcernsItsBlades) {
    const auto with_row = [](const std::string& attributes) {
        return cluster_and("<platform name=\"dark\" like=\"js20\" " + attributes +
                           "/><set for=\"s02b01\" type=\"dark\"/>");
    };
    const Definition plain = with_row("");
    EXPECT_EQ(attribute_of(plain,
                           find_blade(plain, *model::ComponentName::parse("s02b01"))->position,
                           "type"),
              "dark");
    const auto changed = difference(plain, with_row("kernel-arguments=\"quiet\""));
    EXPECT_THAT(texts(changed), ElementsAre("~ platform dark (0): kernel-arguments none → quiet"));
    EXPECT_EQ(changed.blades, 1U);
    EXPECT_THAT(servers(changed), ElementsAre("is02"));
    const auto added = difference(cluster(), plain);
    EXPECT_THAT(texts(added),
                ElementsAre("+ platform dark (0): like js20", "~ s02b01 (1): type js20 → dark"));
    EXPECT_THAT(texts(difference(plain, cluster())),
                ElementsAre("- platform dark (0): like js20", "~ s02b01 (1): type dark → js20"));
}

}  // namespace
}  // namespace dim::cluster
