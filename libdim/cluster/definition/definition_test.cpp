#include "libdim/cluster/definition/definition.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

using ::testing::IsEmpty;

model::ComponentName name(std::string_view text) {
    return model::ComponentName::parse(text).value();
}

Definition definition() {
    return parse_cluster(R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
        <network name="users" address="10.9.0.0/24" role="usernet" suffix="-usr"/>
        <network name="boot" per="server" address="10.{server}.0.0/24" role="bootnet"/>
        <level name="server" symbol="s" last="2">
          <component name="server" role="server" pattern="is{server}" linear="is">
            <interface network="users" device="eth0" address="10.9.0.{server}"/>
            <interface network="boot" device="eth1" address="10.{server}.0.1"/></component>
          <component name="mm" role="management-module" pattern="s{server}mm">
            <interface network="users" address="10.9.0.{server+100}"/></component>
          <level name="blade" symbol="b" last="2">
            <component name="blade" role="blade" type="js20" mac="52:54:00:01:{server}:{blade}">
              <interface network="boot" address="10.{server}.0.{10+blade}" />
              <property name="rack" value="A{server}"/></component>
          </level>
        </level>
        <absent for="s1b2,s2b1"/>
        <set for="s1b1"><interface network="users" address="10.9.0.11"/></set>
        </cluster>)",
                         "test.xml")
        .value();
}

TEST(Definition, FindsNothingThatIsNotThere) {
    const Definition cluster = definition();
    EXPECT_EQ(find_network(cluster, name("is1")), nullptr);
    EXPECT_EQ(find_server(cluster, name("s1b1")), nullptr);
    EXPECT_EQ(find_blade(cluster, name("is1")), nullptr);
    EXPECT_EQ(find_blade(cluster, model::MacAddress::parse("52:54:00:01:01:03").value()), nullptr);
    EXPECT_EQ(bootnet_of(cluster, name("is3")).error().code(), ErrorCode::not_found);
    EXPECT_THAT(blades_of(cluster, name("is3")), IsEmpty());
}

TEST(Definition, SaysWhenThereIsNoBootnet) {
    Definition cluster = definition();
    cluster.networks.erase(cluster.networks.begin() + 1);
    EXPECT_EQ(bootnet_of(cluster, name("is1")).error().code(), ErrorCode::not_found);
    EXPECT_EQ(bootnet_address(cluster, cluster.blades[0]).error().code(), ErrorCode::not_found);
}

TEST(Definition, FindsWhatIsThere) {
    const Definition cluster = definition();
    EXPECT_EQ(find_network(cluster, name("boot-s2")), &cluster.networks[2]);
    EXPECT_EQ(find_server(cluster, name("is2")), &cluster.servers[1]);
    EXPECT_EQ(find_blade(cluster, name("s2b2")), &cluster.blades[1]);
    EXPECT_EQ(find_blade(cluster, *cluster.blades[0].mac), &cluster.blades[0]);
}

TEST(Definition, KnowsWhereAServerMeetsItsBlades) {
    const Definition cluster = definition();
    const Result<ServerBootnet> bootnet = bootnet_of(cluster, name("is1"));
    ASSERT_TRUE(bootnet);
    EXPECT_EQ(bootnet->network, cluster.networks[1]);
    EXPECT_EQ(to_string(bootnet->device), "eth1");
    EXPECT_EQ(to_string(bootnet->address), "10.1.0.1");
    EXPECT_EQ(to_string(bootnet_address(cluster, cluster.blades[0]).value()), "10.1.0.11");
    EXPECT_EQ(blades_of(cluster, name("is2")), std::vector<Blade>{cluster.blades[1]});
}

TEST(Definition, FindsComponentsByPosition) {
    const Definition cluster = definition();
    const auto find = [&](std::string_view text) {
        return find_component(cluster, cluster.taxonomy.find(text).value());
    };
    EXPECT_EQ(find("b4").blade, &cluster.blades[1]);
    EXPECT_EQ(find("is2").server, &cluster.servers[1]);
    EXPECT_EQ(find("s1mm").other, &cluster.components[0]);
    EXPECT_FALSE(find("s1b2"));
    EXPECT_FALSE(find_component(cluster, {.kind = 99, .number = 1}));
}

TEST(Definition, NamesEveryAddress) {
    const Definition cluster = definition();
    std::vector<std::string> hosts;
    for (const HostAddress& host : host_addresses(cluster))
        hosts.push_back(host.host + " " + to_string(host.address));
    EXPECT_THAT(hosts,
                testing::ElementsAre("is1 10.9.0.1", "is1-boot 10.1.0.1", "is2 10.9.0.2",
                                     "is2-boot 10.2.0.1", "s1mm 10.9.0.101", "s2mm 10.9.0.102",
                                     "s1b1 10.1.0.11", "s1b1-usr 10.9.0.11", "s2b2 10.2.0.12"));
}

TEST(Definition, KnowsAttributes) {
    const Definition cluster = definition();
    const auto attribute = [&](std::string_view text, std::string_view what) {
        return attribute_of(cluster, cluster.taxonomy.find(text).value(), what);
    };
    EXPECT_EQ(attribute("s1b2", "type"), std::nullopt);
    EXPECT_EQ(attribute("is1", "type"), std::nullopt);
    EXPECT_EQ(attribute("s1b1", "colour"), std::nullopt);
    EXPECT_EQ(attribute("b1", "name"), "s1b1");
    EXPECT_EQ(attribute("b1", "type"), "js20");
    EXPECT_EQ(attribute("b1", "server"), "is1");
    EXPECT_EQ(attribute("b1", "mac"), "52:54:00:01:01:01");
    EXPECT_EQ(attribute("b4", "rack"), "A{server}");
    EXPECT_EQ(attribute("s1mm", "role"), "management-module");
    EXPECT_EQ(attribute("s1mm", "kind"), "mm");
}

}  // namespace
}  // namespace dim::cluster
