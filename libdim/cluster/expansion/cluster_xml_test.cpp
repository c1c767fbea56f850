#include "libdim/base/error.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/expansion/refusal.hpp"
#include "libdim/cluster/xml/xml_document.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kGood = R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" address="10.1.0.0/24" role="bootnet"><router address="10.1.0.254"/></network>
  <network name="usernet" address="192.168.0.0/16" role="usernet"/>
  <level name="server" symbol="s" width="2" last="1">
    <component name="server" role="server" pattern="is{server}" linear="is">
      <interface network="bootnet" device="boot0" address="10.1.0.1"/>
    </component>
    <level name="chassis" symbol="c" last="1">
      <level name="blade" symbol="b" width="2" last="2">
        <component name="blade" role="blade" type="js20" mac="52:54:00:01:{chassis}:{blade}">
          <interface network="bootnet" address="10.1.0.{blade+10}"/>
        </component>
      </level>
    </level>
  </level>
  <set for="b2" type="js21" mac="52:54:00:01:01:02">
    <interface network="usernet" address="192.168.0.12"/>
  </set>
</cluster>
)";

/// kGood with the first occurrence of FROM replaced.
std::string changed(std::string_view from, std::string_view to) {
    std::string text(kGood);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

using testing::refusal;

TEST(ClusterXml, RefusesWhatIsNoXml) {
    EXPECT_THAT(refusal(""), StartsWith("cluster.xml:1: "));
    EXPECT_THAT(refusal("hello"), StartsWith("cluster.xml:1: "));
    EXPECT_THAT(refusal(std::string(kGood).substr(0, 300)), StartsWith("cluster.xml:"));
    EXPECT_THAT(refusal(changed("</set>", "</bread>")), StartsWith("cluster.xml:18: "));
    EXPECT_THAT(refusal(std::string_view("<cluster\0/>", 11)), StartsWith("cluster.xml:1: "));
}

TEST(ClusterXml, RefusesDocumentTypesAndEntities) {
    const std::string bomb = R"(<?xml version="1.0"?>
<!DOCTYPE cluster [<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<cluster name="&c;"/>)";
    EXPECT_THAT(refusal(bomb), StartsWith("cluster.xml:2: a document type"));
    EXPECT_THAT(
        refusal("<!DOCTYPE cluster SYSTEM \"http://127.0.0.1:1/x.dtd\">" + std::string(kGood)),
        HasSubstr("a document type"));
    EXPECT_THAT(refusal(changed("demo", "&demo;")), HasSubstr("demo"));
}

TEST(ClusterXml, RefusesOtherEncodings) {
    std::string wide = "\xff\xfe";
    for (const char character : kGood) {
        wide += character;
        wide += '\0';
    }
    EXPECT_THAT(refusal(wide), StartsWith("cluster.xml:1: "));
    EXPECT_THAT(refusal(changed("demo", "d\xc3\xa9mo")), StartsWith("cluster.xml:1: "));
}

TEST(ClusterXml, RefusesWhatIsTooMuch) {
    EXPECT_THAT(refusal(std::string(kXmlLimit + 1, ' ')), HasSubstr("larger than 16 MiB"));
    std::string elements;
    for (std::size_t count = 0; count <= 2 * kElementsLimit; ++count)
        elements += "<a/>";
    EXPECT_THAT(refusal("<cluster>" + elements + "</cluster>"), HasSubstr("more than 200000"));
    EXPECT_THAT(refusal(std::string(kAttributesLimit + 1, '=')), HasSubstr("attributes"));
    std::string attributes;
    for (int count = 0; count < 300'000; ++count)
        attributes += " a" + std::to_string(count) + "=\"\"";
    EXPECT_THAT(refusal("<cluster>\n<!-- <a> -->\n<a" + attributes + "/></cluster>"),
                StartsWith("cluster.xml:3: more than 1000 '=' in one element"));
    EXPECT_TRUE(parse_cluster(changed("  <level", "<!-- " + std::string(2000, '=') + " --><level"),
                              "cluster.xml"));
    ::testing::internal::CaptureStderr();
    EXPECT_THAT(refusal("<cluster><!--" + std::string(15'000'000, 'x') + "--></cluster>"),
                HasSubstr("one value of more than 10,000,000 bytes"));
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
    std::string deep;
    for (int count = 0; count < 5000; ++count)
        deep += "<a>";
    EXPECT_THAT(refusal(deep), HasSubstr("depth"));
    EXPECT_THAT(refusal(changed("demo", std::string(12'000'000, 'a'))),
                StartsWith("cluster.xml:1: "));
}

TEST(ClusterXml, NamesThePlaceOfWhatTheSchemaRefuses) {
    EXPECT_THAT(refusal(changed("cluster:1", "cluster:2")), HasSubstr("urn:dim:cluster:1"));
    EXPECT_THAT(refusal(changed(" xmlns=\"urn:dim:cluster:1\"", "")), HasSubstr("namespace"));
    EXPECT_THAT(refusal(changed("  <level", "  <bread/>\n  <level")),
                StartsWith("cluster.xml:4: bread: no such element in <cluster>"));
    EXPECT_THAT(refusal(changed("type=\"js21\"", "type=\"js21\" colour=\"red\"")),
                StartsWith("cluster.xml:16: set b2: there is no attribute 'colour'"));
    EXPECT_THAT(refusal(changed("</cluster>", "words</cluster>")), HasSubstr("text"));
}

TEST(ClusterXml, NamesThePlaceOfText) {
    EXPECT_EQ(refusal(changed("  <set", "\nhello <set")),
              "cluster.xml:17: Did not expect text in element cluster content");
}

TEST(ClusterXml, KeepsMessagesShort) {
    EXPECT_LT(refusal(changed("  <set", "<" + std::string(40'000, 'a') + "/><set")).size(), 400U);
}

TEST(ClusterXml, SaysWhatIsWrongWithAValue) {
    EXPECT_THAT(refusal(changed("01:01:02", "01:01:zz")),
                StartsWith("cluster.xml:16: set b2: mac: "));
    EXPECT_THAT(refusal(changed("js21", "js22")),
                StartsWith("cluster.xml:16: set b2: type: 'js22'"));
    EXPECT_THAT(refusal(changed(" role=\"blade\"", "")),
                StartsWith("cluster.xml:10: component blade: the attribute role is missing"));
    EXPECT_THAT(refusal(changed("192.168.0.12", "192.168.0.300")),
                StartsWith("cluster.xml:17: set b2: interface usernet: address: "));
    EXPECT_THAT(refusal(changed("10.1.0.0/24", "10.1.0.1/24")),
                StartsWith("cluster.xml:2: network bootnet: address: "));
    EXPECT_THAT(refusal(changed("boot0", "a/b")), HasSubstr("device: 'a/b'"));
    EXPECT_THAT(refusal(changed("52:54:00:01:01:02", "01:00:5e:00:00:01")), HasSubstr("mac: "));
    EXPECT_THAT(refusal(changed("\"demo\"", "\"Demo_1\"")), StartsWith("cluster.xml:1: cluster"));
}

TEST(ClusterXml, ReadsADefinition) {
    const Result<Definition> definition = parse_cluster(kGood, "cluster.xml");
    ASSERT_TRUE(definition) << to_string(definition.error());
    EXPECT_EQ(to_string(definition->name), "demo");
    EXPECT_EQ(definition->domain, "demo.cluster");
    ASSERT_EQ(definition->networks.size(), 2U);
    EXPECT_EQ(definition->networks[0].role, NetworkRole::bootnet);
    EXPECT_EQ(to_string(definition->networks[0].router.value()), "10.1.0.254");
    EXPECT_EQ(to_string(definition->networks[1].network), "192.168.0.0/16");
    ASSERT_EQ(definition->servers.size(), 1U);
    EXPECT_EQ(to_string(definition->servers[0].name), "is01");
    EXPECT_EQ(to_string(definition->servers[0].interfaces.at(0).device), "boot0");
    ASSERT_EQ(definition->blades.size(), 2U);
    EXPECT_EQ(to_string(definition->blades[0].name), "s01c1b01");
    EXPECT_EQ(to_string(*definition->blades[0].mac), "52:54:00:01:01:01");
    EXPECT_EQ(definition->blades[0].type, model::BladeType::js20);
    EXPECT_EQ(definition->blades[1].type, model::BladeType::js21);
    EXPECT_EQ(to_string(definition->blades[1].server), "is01");
    EXPECT_EQ(to_string(*definition->blades[1].mac), "52:54:00:01:01:02");
    EXPECT_EQ(to_string(definition->blades[1].interfaces.at(0).address), "10.1.0.12");
    EXPECT_EQ(to_string(definition->blades[1].interfaces.at(1).address), "192.168.0.12");
}

TEST(ClusterXml, CountsLinesBeyondWhatSixteenBitsHold) {
    const std::string text =
        changed("</cluster>", std::string(70'000, '\n') + "<bread/></cluster>");
    EXPECT_THAT(refusal(text), StartsWith("cluster.xml:70019: "));
}

}  // namespace
}  // namespace dim::cluster
