#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/render/name_list.hpp"

#include <array>

#include <gtest/gtest.h>

namespace dim::render {
namespace {

cluster::Definition small_definition() {
    return cluster::parse_cluster(R"(<cluster xmlns="urn:dim:cluster:1" name="small">
  <network name="bootnet" role="bootnet" address="10.1.0.0/16"/>
  <network name="usernet" role="usernet" address="172.16.0.0/16" suffix="-usr"/>
  <level name="server" symbol="s" last="1">
    <component name="server" role="server">
      <interface network="bootnet" device="eth1" address="10.1.0.1"/>
    </component>
    <level name="blade" symbol="b" width="2" last="3">
      <component name="blade" role="blade" type="js20" mac="02:00:00:00:00:{blade}">
        <interface network="bootnet" address="10.1.1.{blade}"/>
        <interface network="usernet" address="172.16.1.{blade}"/>
      </component>
    </level>
  </level>
</cluster>)",
                                  "small.xml")
        .value();
}

TEST(NameList, UnknownRolesAreRefused) {
    EXPECT_EQ(role_of({"all", "switch"}).error().code(), ErrorCode::invalid_input);
    EXPECT_EQ(role_of({"all", {}}).value(), cluster::ComponentRole::blade);
    EXPECT_EQ(role_of({"all", "management-module"}).value(),
              cluster::ComponentRole::management_module);
    EXPECT_FALSE(role_of({"all", "any"}).value());
}

TEST(NameList, NobodyIsAnEmptyList) {
    EXPECT_EQ(name_list(small_definition(), {}).value(), api::NameList());
}

TEST(NameList, EveryComponentHasItsOwnAddresses) {
    const cluster::Definition cluster = small_definition();
    const std::array positions{cluster.taxonomy.find("s1").value(),
                               cluster.taxonomy.find("b2").value()};
    const auto list = name_list(cluster, positions).value();
    ASSERT_EQ(list.names.size(), 2U);
    EXPECT_EQ(list.names.front().role, "server");
    EXPECT_FALSE(list.names.front().server);
    EXPECT_EQ(list.names.front().addresses.size(), 1U);
    const api::NamedComponent& blade = list.names.back();
    EXPECT_EQ(blade.name.text(), "s1b02");
    EXPECT_EQ(blade.linear.text(), "b2");
    EXPECT_EQ(blade.server, model::ComponentName::parse("s1").value());
    ASSERT_EQ(blade.addresses.size(), 2U);
    EXPECT_EQ(to_string(blade.addresses.front().address), "10.1.1.2");
    EXPECT_EQ(blade.addresses.back().host, "s1b02-usr");
}

}  // namespace
}  // namespace dim::render
