#include "libdim/base/error.hpp"
#include "libdim/cluster/cluster_xml.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::string read_source(const std::string& path) {
    std::ifstream file(DIM_SOURCE_DIR "/" + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

constexpr std::string_view kGood = R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" address="10.1.0.0/24" role="bootnet"><router address="10.1.0.254"/></network>
  <network name="usernet" address="192.168.0.0/16" role="usernet"/>
  <server name="is01"><interface network="bootnet" device="boot0" address="10.1.0.1"/></server>
  <blade name="s01c1b01" type="js20" mac="52:54:00:01:01:01" server="is01">
    <interface network="bootnet" address="10.1.0.11"/>
  </blade>
  <blade name="s01c1b02" type="js21" mac="52:54:00:01:01:02" server="is01">
    <interface network="bootnet" address="10.1.0.12"/>
    <interface network="usernet" address="192.168.0.12"/>
  </blade>
</cluster>
)";

/// kGood with the first occurrence of FROM replaced.
std::string changed(std::string_view from, std::string_view to) {
    std::string text(kGood);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

/// The message of the error that TEXT must give; it must have a cure.
std::string refusal(std::string_view text) {
    const Result<Definition> definition = parse_cluster(text, "cluster.xml");
    if (definition) {
        ADD_FAILURE() << "accepted: " << text.substr(0, 2000);
        return "";
    }
    EXPECT_THAT(definition.error().cure(), Not(IsEmpty())) << definition.error().message();
    return definition.error().message();
}

TEST(ClusterXml, RefusesWhatIsNoXml) {
    EXPECT_THAT(refusal(""), StartsWith("cluster.xml:1: "));
    EXPECT_THAT(refusal("hello"), StartsWith("cluster.xml:1: "));
    EXPECT_THAT(refusal(std::string(kGood).substr(0, 300)), StartsWith("cluster.xml:"));
    EXPECT_THAT(refusal(changed("</blade>", "</bread>")), StartsWith("cluster.xml:7: "));
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
    EXPECT_THAT(refusal(changed("  <server", "  <bread/>\n  <server")),
                StartsWith("cluster.xml:4: Did not expect element bread"));
    EXPECT_THAT(refusal(changed("type=\"js21\"", "type=\"js21\" colour=\"red\"")),
                StartsWith("cluster.xml:8: Invalid attribute colour"));
    EXPECT_THAT(refusal(changed("</cluster>", "words</cluster>")), HasSubstr("text"));
}

TEST(ClusterXml, SaysWhatIsWrongWithAValue) {
    EXPECT_THAT(refusal(changed("01:01:02", "01:01:zz")),
                StartsWith("cluster.xml:8: blade s01c1b02: mac: '52:54:00:01:01:zz'"));
    EXPECT_THAT(refusal(changed("js21", "js22")),
                StartsWith("cluster.xml:8: blade s01c1b02: type: 'js22'"));
    EXPECT_THAT(refusal(changed(" type=\"js21\"", "")),
                StartsWith("cluster.xml:8: blade s01c1b02: the attribute type is missing"));
    EXPECT_THAT(refusal(changed("10.1.0.12", "10.1.0.300")),
                StartsWith("cluster.xml:9: interface: address: '10.1.0.300'"));
    EXPECT_THAT(refusal(changed("10.1.0.0/24", "10.1.0.1/24")),
                StartsWith("cluster.xml:2: network bootnet: address: network 10.1.0.1/24 has"));
    EXPECT_THAT(refusal(changed("boot0", "a/b")), HasSubstr("device: 'a/b'"));
    EXPECT_THAT(refusal(changed("52:54:00:01:01:02", "01:00:5e:00:00:01")), HasSubstr("mac: "));
    EXPECT_THAT(refusal(changed("\"demo\"", "\"Demo_1\"")), StartsWith("cluster.xml:1: cluster"));
}

TEST(ClusterXml, ReadsADefinition) {
    const Result<Definition> definition = parse_cluster(kGood, "cluster.xml");
    ASSERT_TRUE(definition) << to_string(definition.error());
    EXPECT_EQ(to_string(definition->name), "demo");
    ASSERT_EQ(definition->networks.size(), 2U);
    EXPECT_EQ(definition->networks[0].role, NetworkRole::bootnet);
    EXPECT_EQ(to_string(definition->networks[0].router.value()), "10.1.0.254");
    EXPECT_EQ(to_string(definition->networks[1].network), "192.168.0.0/16");
    ASSERT_EQ(definition->servers.size(), 1U);
    EXPECT_EQ(to_string(definition->servers[0].interfaces.at(0).device), "boot0");
    ASSERT_EQ(definition->blades.size(), 2U);
    EXPECT_EQ(definition->blades[0].type, model::BladeType::js20);
    EXPECT_EQ(to_string(*definition->blades[1].mac), "52:54:00:01:01:02");
    EXPECT_EQ(to_string(definition->blades[1].interfaces.at(1).address), "192.168.0.12");
}

TEST(ClusterXml, ReadsWhatItWrites) {
    const Result<Definition> definition = parse_cluster(kGood, "cluster.xml");
    ASSERT_TRUE(definition) << to_string(definition.error());
    const Result<Definition> again = parse_cluster(to_xml(*definition), "again.xml");
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(*again, *definition);
}

TEST(ClusterXml, ReadsTheExample) {
    const Result<Definition> definition =
        parse_cluster(read_source("docs/examples/mini.xml"), "mini.xml");
    ASSERT_TRUE(definition) << to_string(definition.error());
    EXPECT_EQ(definition->blades.size(), 2U);
}

TEST(ClusterXml, CountsLinesBeyondWhatSixteenBitsHold) {
    const std::string text =
        changed("</cluster>", std::string(70'000, '\n') + "<bread/></cluster>");
    EXPECT_THAT(refusal(text), StartsWith("cluster.xml:70012: "));
}

/// Every attribute and element that the schema names stands in the manual as "`<name>`" or
/// "`name`".
TEST(ClusterXml, IsDocumentedWhole) {
    const std::string manual = read_source("docs/cluster-xml.md");
    const std::string_view schema = cluster_schema();
    std::size_t count = 0;
    for (const std::string_view kind : {"element", "attribute"}) {
        const std::string opening = "<" + std::string(kind) + " name=\"";
        for (std::size_t at = schema.find(opening); at != std::string_view::npos;
             at = schema.find(opening, at + 1)) {
            const std::size_t start = at + opening.size();
            const std::string name(schema.substr(start, schema.find('"', start) - start));
            EXPECT_THAT(manual,
                        HasSubstr(kind == "element" ? "`<" + name + ">`" : "`" + name + "`"))
                << kind;
            ++count;
        }
    }
    EXPECT_GE(count, 20U);
}

}  // namespace
}  // namespace dim::cluster
