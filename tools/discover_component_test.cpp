#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/expansion/sample_two_chassis.hpp"
#include "tools/discover_component.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string line_of(const std::string& blade, const std::string& settings) {
    std::string xml = cluster::sample::two_chassis_xml("/etc/dim/mm.key", 161, 162);
    xml.insert(xml.find("</cluster>"), settings);
    const auto definition = cluster::parse_cluster(xml, "sample.xml").value();
    const cluster::BladeBays bays(definition);
    const auto name = model::ComponentName::parse(blade).value();
    return discover_lines({discover_component(definition, bays, name, std::nullopt).value()});
}

TEST(DiscoverComponent, ABayOfTwoBladesIsToldOfNeither) {
    const std::string settings = R"(<set for="s01c2b03"><property name="bay" value="4"/></set>)";
    for (const char* in_doubt : {"s01c2b03", "s01c2b04"})
        EXPECT_THAT(line_of(in_doubt, settings), Not(HasSubstr("module"))) << in_doubt;
}

TEST(DiscoverComponent, WhatTheDefinitionTellsIsToldAPlugIn) {
    EXPECT_EQ(line_of("s01c2b03", ""),
              R"({"name":"s01c2b03","linear":"b17","type":"js20","server":"s01",)"
              R"("address":"10.1.2.13","module":"s01c2mm","bay":3,"module_address":"127.0.0.3",)"
              R"("module_port":162,"credentials_file":"/etc/dim/mm.key"})"
              "\n");
}

}  // namespace
}  // namespace dim::tool
