#include "libdim/cluster/xml/source_reader.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// BODY begins on line 2.
std::string document(const std::string& body, const std::string& attributes = "") {
    return "<cluster xmlns=\"urn:dim:cluster:1\" name=\"demo\"" + attributes + ">\n" + body +
           "</cluster>\n";
}

std::string refusal(const std::string& body, const std::string& attributes = "") {
    const auto source = parse_source(document(body, attributes), "c.xml");
    if (source) {
        ADD_FAILURE() << "accepted: " << body.substr(0, 2000);
        return "";
    }
    EXPECT_THAT(source.error().cure(), Not(IsEmpty())) << source.error().message();
    return source.error().message();
}

std::string network(const std::string& inside) {
    return "<network name=\"n\" role=\"usernet\" address=\"10.1.0.0/24\">\n" + inside +
           "</network>\n";
}
std::string option(const std::string& code, const std::string& type, const std::string& value) {
    return network("<option code=\"" + code + "\" type=\"" + type + "\" value=\"" + value +
                   "\"/>\n");
}
std::string repeated(const std::string& text, int count) {
    std::string all;
    for (int at = 0; at < count; ++at)
        all += text;
    return all;
}

TEST(SourceReader, RefusesWhatMayStandOnceOnly) {
    EXPECT_EQ(refusal("<services/>\n<services/>\n"),
              "c.xml:3: services: <services> stands here twice");
    EXPECT_EQ(refusal(network("<router address=\"10.1.0.1\"/>\n<router address=\"10.1.0.2\"/>\n")),
              "c.xml:4: router: there is a router on line 3");
    EXPECT_THAT(refusal("<set for=\"a\">\n<property name=\"p\" value=\"1\"/>\n"
                        "<property name=\"p\" value=\"2\"/></set>\n"),
                StartsWith("c.xml:4: property p: this property stands here twice"));
    EXPECT_THAT(refusal("<set for=\"a\">\n<interface network=\"n\"/>\n"
                        "<interface network=\"n\"/></set>\n"),
                StartsWith("c.xml:4: interface n: an interface on this network stands on line 3"));
}

TEST(SourceReader, RefusesOptionsThatCannotBeSent) {
    EXPECT_THAT(refusal(option("12", "text", "x")), HasSubstr("one that DIM sets itself"));
    EXPECT_THAT(refusal(option("51", "hex", "00")), HasSubstr("one that DIM sets itself"));
    EXPECT_THAT(refusal(option("255", "hex", "00")), HasSubstr("c.xml:3: option: code"));
    EXPECT_THAT(refusal(option("43", "hex", "012")), HasSubstr("even number"));
    EXPECT_THAT(refusal(option("43", "hex", "0g")), HasSubstr("even number"));
    EXPECT_THAT(refusal(option("43", "text", "a&quot;; b")), HasSubstr("printable ASCII"));
    EXPECT_THAT(refusal(option("43", "text", "a\\")), HasSubstr("printable ASCII"));
    EXPECT_THAT(refusal(option("43", "text", "a&#10;b")), HasSubstr("control characters"));
    EXPECT_THAT(refusal(option("6", "address", "10.1.0.1,")), HasSubstr("value: "));
    EXPECT_THAT(refusal(option("6", "number", "1")), HasSubstr("not text, hex or address"));
    const std::string one = "<option code=\"43\" type=\"hex\" value=\"00\"/>\n";
    EXPECT_EQ(refusal(network(one + one)), "c.xml:4: option: option 43 stands on line 3 already");
}

TEST(SourceReader, RefusesNamesThatRangesWouldMistake) {
    const auto group = [](const std::string& name) {
        return "<group name=\"" + name + "\" range=\"all\"/>\n";
    };
    EXPECT_THAT(refusal(group("all")), HasSubstr("stands for everything"));
    EXPECT_THAT(refusal(group("gpu1")), HasSubstr("has a digit"));
    EXPECT_THAT(refusal(group("GPU")), StartsWith("c.xml:2: group GPU: name: "));
    const auto property = [](const std::string& name) {
        return "<set for=\"a\"><property name=\"" + name + "\" value=\"x\"/></set>\n";
    };
    EXPECT_THAT(refusal(property("state")), HasSubstr("an attribute that DIM itself knows"));
    EXPECT_THAT(refusal(property("a=b")), HasSubstr("not a property's name"));
    EXPECT_THAT(refusal(property("1a")), HasSubstr("not a property's name"));
}

TEST(SourceReader, ChecksPropertiesThatMeanSomething) {
    const auto property = [](const std::string& name, const std::string& value) {
        return "<set for=\"a\"><property name=\"" + name + "\" value='" + value + "'/></set>\n";
    };
    EXPECT_THAT(
        refusal(property("kernel-arguments", "quiet \"x y\"")),
        StartsWith("c.xml:2: property kernel-arguments: value: 'quiet \"x y\"' are no words"));
    EXPECT_THAT(refusal(property("keep-out", "/etc/motd; [a-")),
                StartsWith("c.xml:2: property keep-out: value: "));
    EXPECT_THAT(refusal(property("kernel-arguments", "quiet dim.vlan=4095")),
                HasSubstr("value: dim.vlan=4095: '4095' is not a number from 1 to 4094"));
    EXPECT_THAT(refusal(property("kernel-arguments", "caf\xc3\xa9")), HasSubstr("are no words"));
    EXPECT_THAT(refusal(property("bay", "15")), StartsWith("c.xml:2: property bay: value: "));
    EXPECT_THAT(refusal(property("snmp-port", "0")), HasSubstr("property snmp-port: value: "));
    EXPECT_THAT(refusal(property("snmp-port", "65536")), HasSubstr("property snmp-port: value: "));
    EXPECT_THAT(refusal(property("credentials", "mm.key")), HasSubstr("not the absolute path"));
}

TEST(SourceReader, RefusesWrongDomainsAndSuffixes) {
    EXPECT_THAT(refusal("", " domain=\"a..b\""), StartsWith("c.xml:1: cluster demo: domain: "));
    EXPECT_THAT(refusal("", " domain=\"a b\""), HasSubstr("domain: "));
    EXPECT_THAT(refusal("", " domain=\"" + repeated("aaaaaaaaa.", 19) + "a\""),
                HasSubstr("longer than 180"));
    EXPECT_THAT(refusal("<network name=\"n\" role=\"usernet\" address=\"10.1.0.0/24\" "
                        "suffix=\"usr\"/>\n"),
                HasSubstr("suffix: 'usr' is not a '-'"));
}

TEST(SourceReader, RefusesWhatIsTooMuch) {
    EXPECT_THAT(refusal(network(repeated("<time-server address=\"10.1.0.1\"/>", 17))),
                HasSubstr("more than 16 time servers"));
    std::string interfaces;
    for (int at = 0; at < 17; ++at)
        interfaces += "<interface network=\"n" + std::to_string(at) + "\"/>";
    EXPECT_THAT(refusal("<set for=\"a\">" + interfaces + "</set>\n"),
                HasSubstr("more than 16 interfaces"));
    EXPECT_THAT(refusal("<set for=\"a\"><property name=\"p\" value=\"" + std::string(256, 'v') +
                        "\"/></set>\n"),
                HasSubstr("1 to 255 bytes"));
    EXPECT_THAT(refusal(repeated("<component name=\"c\" role=\"other\"/>\n", 33)),
                HasSubstr("more than 32 kinds"));
}

TEST(SourceReader, RefusesWhatAComponentCannotHave) {
    EXPECT_THAT(refusal("<component name=\"mm\" role=\"management-module\" type=\"js20\"/>\n"),
                StartsWith("c.xml:2: component mm: only a blade has type, mac and server"));
    EXPECT_THAT(refusal("<component name=\"b\" role=\"blade\"><interface network=\"n\" "
                        "device=\"e\"/></component>\n"),
                HasSubstr("only a server's <interface> has a device"));
    EXPECT_THAT(refusal("<set for=\"a\"><router address=\"10.1.0.1\"/></set>\n"),
                StartsWith("c.xml:2: router: no such element in <set>"));
}

TEST(SourceReader, ReadsEverything) {
    const std::string body = R"(
<component name="head" role="server" pattern="head" linear="h"/>
<services dhcp="kea" dns="bind" nfs="nfsd"/>
<level name="x" symbol="x" first="0" last="3">
  <level name="y" symbol="y" width="2" last="2"><component name="c" role="other"/></level>
  <component name="d" role="blade" type="js21" mac="m" server="s"/>
</level>
<network name="n" per="x" role="management" address="a" address6="b" suffix="-n">
  <time-server address="t"/><router address="r"/><option code="43" type="text" value="v w"/>
</network>
<absent for="x1"/>
<set for="x2" type="js20"><property name="rack" value="&lt;A&amp;&quot;3&quot;é"/></set>
<group name="g" range="x1"/>
)";
    const auto source = parse_source(document(body, " domain=\"a.b\" management=\"d1\""), "c.xml");
    ASSERT_TRUE(source) << to_string(source.error());
    EXPECT_EQ(source->domain, "a.b");
    EXPECT_EQ(to_string(source->management.value()), "d1");
    EXPECT_EQ(source->services, (Services{DhcpBackend::kea, DnsBackend::bind, NfsBackend::nfsd}));
    ASSERT_EQ(source->components.size(), 3U);
    EXPECT_EQ(to_string(source->components[1].kind.name), "d");
    EXPECT_EQ(source->components[1].kind.level, 0U);
    EXPECT_EQ(source->components[1].line.number, 7);
    EXPECT_EQ(source->components[2].kind.level, 1U);
    EXPECT_EQ(source->levels.at(1).level.parent, 0U);
    EXPECT_EQ(source->networks.at(0).options.at(0).option.value, "v w");
    EXPECT_EQ(source->sets.at(0).settings.properties.at(0).value, "<A&\"3\"é");
    const auto again = parse_source(to_xml(*source), "again.xml");
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(*again, *source);
}

std::string platform(const std::string& attributes) {
    return "<platform name=\"epyc\" like=\"x86_64-uefi\" " + attributes + "/>\n";
}

TEST(SourceReader, ReadsRowsOfThePlatformTable) {
    const std::string body =
        "<component name=\"d\" role=\"blade\" type=\"epyc\" server=\"s\"/>\n" +
        platform("console=\"tty0  ttyS1,115200n8\" kernel-arguments=\"iommu=pt foo.bar=1,2\" "
                 "drivers=\"octeon-ep nfp\"") +
        "<platform name=\"quiet\" like=\"js21\" kernel-arguments=\"quiet\"/>\n"
        "<set for=\"d\" type=\"quiet\"/>\n";
    const auto source = parse_source(document(body), "c.xml");
    ASSERT_TRUE(source) << to_string(source.error());
    const model::PlatformRow& row = source->platforms.at(0).row;
    EXPECT_EQ(to_string(row.name), "epyc");
    EXPECT_EQ(row.like, model::BladeType::x86_64_uefi);
    EXPECT_EQ(row.console, (std::vector<std::string>{"tty0", "ttyS1,115200n8"}));
    EXPECT_EQ(row.kernel_arguments, (std::vector<std::string>{"iommu=pt", "foo.bar=1,2"}));
    EXPECT_EQ(row.drivers, (std::vector<std::string>{"nfp", "octeon_ep"}));
    EXPECT_EQ(source->components.at(0).settings.type,
              (SourceType{.type = model::BladeType::x86_64_uefi, .platform = row.name}));
    EXPECT_EQ(source->sets.at(0).settings.type->type, model::BladeType::js21);
    const auto again = parse_source(to_xml(*source), "again.xml");
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(*again, *source);
}

TEST(SourceReader, RefusesRowsThatCannotBe) {
    EXPECT_THAT(refusal("<platform name=\"js21\" like=\"js20\"/>\n"),
                HasSubstr("c.xml:2: platform js21: name: 'js21' is a type that DIM has itself"));
    EXPECT_THAT(refusal("<platform name=\"x86_64\" like=\"js20\"/>\n"), HasSubstr("name: "));
    EXPECT_THAT(refusal("<platform name=\"a\" like=\"epyc\"/>\n"),
                HasSubstr("platform a: like: 'epyc' is not a blade type (there are: js20, "));
    EXPECT_EQ(refusal(platform("") + platform("")),
              "c.xml:3: platform epyc: there is a platform of this name on line 2");
    EXPECT_THAT(refusal("<platform name=\"a\" like=\"js20\" drivers=\"tg3\"/>\n"),
                HasSubstr("DIM's own, without modules"));
    EXPECT_THAT(refusal(platform("kernel-argument=\"x\"")), HasSubstr("there is no attribute"));
    std::string many;
    for (int number = 0; number <= 32; ++number)
        many += "<platform name=\"p" + std::to_string(number) + "\" like=\"js20\"/>\n";
    EXPECT_THAT(refusal(many), HasSubstr("more than 32 platforms"));
}

TEST(SourceReader, RefusesWordsThatDimSetsItself) {
    const auto arguments = [](const std::string& words) {
        return refusal(platform("kernel-arguments=\"" + words + "\""));
    };
    for (const char* word : {"dim.on-failure=shell", "BOOTIF=01-02", "root=/dev/sda",
                             "init=/bin/sh", "rdinit=/x", "initrd=x", "--"})
        EXPECT_THAT(arguments("iommu=pt " + std::string(word)), HasSubstr("that DIM sets itself"))
            << word;
    EXPECT_TRUE(parse_source(
        document(platform("kernel-arguments=\"dim.vlan=30 dim.bond=802.3ad\"")), "c.xml"));
    EXPECT_THAT(arguments("dim.vlan=0"), HasSubstr("kernel-arguments: dim.vlan=0: "));
    EXPECT_THAT(arguments("console=ttyS1"), HasSubstr("an attribute of its own"));
    for (const char* words : {"a'b'", "a&quot;b", "a&#10;b", "caf\xc3\xa9", "${ip}", "a&amp;&amp;b",
                              "a|b", "a\\b", "a`b`", "&#9;a"})
        EXPECT_THAT(arguments(words), HasSubstr("kernel-arguments: '")) << words;
    EXPECT_THAT(arguments(" "), HasSubstr("no word"));
    EXPECT_THAT(arguments(std::string(256, 'a')), HasSubstr("255 bytes"));
    EXPECT_THAT(arguments(repeated("a ", 33)), HasSubstr("more than 32 words"));
    EXPECT_THAT(refusal(platform("console=\"" + repeated("t ", 9) + "\"")),
                HasSubstr("console: more than 8 words"));
    EXPECT_THAT(refusal(platform("console=\"ttyS1=2\"")), HasSubstr("console: '"));
    EXPECT_THAT(refusal(platform("drivers=\"igb.ko\"")), HasSubstr("drivers: '"));
    EXPECT_THAT(refusal(platform("drivers=\"octeon-ep octeon_ep\"")),
                HasSubstr("stands here twice"));
}

TEST(SourceReader, NamesTheRowsForATypeThatThereIsNot) {
    const auto source =
        parse_source(document(platform("") + "<set for=\"a\" type=\"epic\"/>\n"), "c.xml");
    ASSERT_FALSE(source);
    EXPECT_THAT(source.error().message(),
                StartsWith("c.xml:3: set a: type: 'epic' is not a blade type (there are: js20"));
    EXPECT_THAT(source.error().cure(), HasSubstr("its <platform> elements: epyc"));
}

}  // namespace
}  // namespace dim::cluster
