#include "libdim/cluster/cluster_xml.hpp"
#include "libdim/cluster/definition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

using testing::IsEmpty;

model::ComponentName name(std::string_view text) {
    return model::ComponentName::parse(text).value();
}

Definition definition() {
    return parse_cluster(R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
        <network name="users" address="10.9.0.0/24" role="usernet"/>
        <network name="boot1" address="10.1.0.0/24" role="bootnet"/>
        <network name="boot2" address="10.2.0.0/24" role="bootnet"/>
        <server name="is01"><interface network="users" device="eth0" address="10.9.0.1"/>
          <interface network="boot1" device="eth1" address="10.1.0.1"/></server>
        <server name="is02"><interface network="boot2" device="eth1" address="10.2.0.1"/></server>
        <blade name="b1" type="js20" mac="52:54:00:01:01:01" server="is01">
          <interface network="users" address="10.9.0.11"/>
          <interface network="boot1" address="10.1.0.11"/></blade>
        <blade name="b2" type="js21" mac="52:54:00:01:01:02" server="is02">
          <interface network="boot2" address="10.2.0.11"/></blade>
        </cluster>)",
                         "test.xml")
        .value();
}

TEST(Definition, FindsNothingThatIsNotThere) {
    const Definition cluster = definition();
    EXPECT_EQ(find_network(cluster, name("is01")), nullptr);
    EXPECT_EQ(find_server(cluster, name("b1")), nullptr);
    EXPECT_EQ(find_blade(cluster, name("is01")), nullptr);
    EXPECT_EQ(find_blade(cluster, model::MacAddress::parse("52:54:00:01:01:03").value()), nullptr);
    EXPECT_EQ(bootnet_of(cluster, name("is03")).error().code(), ErrorCode::not_found);
    EXPECT_THAT(blades_of(cluster, name("is03")), IsEmpty());
}

TEST(Definition, SaysWhenThereIsNoBootnet) {
    Definition cluster = definition();
    cluster.networks.erase(cluster.networks.begin() + 1);
    EXPECT_EQ(bootnet_of(cluster, name("is01")).error().code(), ErrorCode::not_found);
    EXPECT_EQ(bootnet_address(cluster, cluster.blades[0]).error().code(), ErrorCode::not_found);
}

TEST(Definition, FindsWhatIsThere) {
    const Definition cluster = definition();
    EXPECT_EQ(find_network(cluster, name("boot2")), &cluster.networks[2]);
    EXPECT_EQ(find_server(cluster, name("is02")), &cluster.servers[1]);
    EXPECT_EQ(find_blade(cluster, name("b2")), &cluster.blades[1]);
    EXPECT_EQ(find_blade(cluster, *cluster.blades[0].mac), &cluster.blades[0]);
}

TEST(Definition, KnowsWhereAServerMeetsItsBlades) {
    const Definition cluster = definition();
    const Result<ServerBootnet> bootnet = bootnet_of(cluster, name("is01"));
    ASSERT_TRUE(bootnet);
    EXPECT_EQ(bootnet->network, cluster.networks[1]);
    EXPECT_EQ(to_string(bootnet->device), "eth1");
    EXPECT_EQ(to_string(bootnet->address), "10.1.0.1");
    EXPECT_EQ(to_string(bootnet_address(cluster, cluster.blades[0]).value()), "10.1.0.11");
    EXPECT_EQ(blades_of(cluster, name("is02")), std::vector<Blade>{cluster.blades[1]});
}

}  // namespace
}  // namespace dim::cluster
