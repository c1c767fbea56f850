#include "imageserver/apply/blade_dhcp.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/boot_file/fake_boot_files.hpp"
#include "imageserver/image/fake_images.hpp"
#include "imageserver/service/fake_service_control.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

/// A server with three blades, the last of which has no MAC; MORE goes before the end.
cluster::Definition blades_with_dhcp(const std::string& more = {}) {
    return cluster::parse_cluster(R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" role="bootnet" address="10.1.0.0/16"/>
  <level name="server" symbol="s" last="1">
    <component name="server" role="server">
      <interface network="bootnet" device="eth1" address="10.1.0.1"/>
    </component>
    <level name="blade" symbol="b" last="3">
      <component name="blade" role="blade" type="js20">
        <interface network="bootnet" address="10.1.1.{blade}"/>
      </component>
    </level>
  </level>
  <set for="b[1-2]" mac="52:54:00:00:00:{blade}"/>)" +
                                      more + "</cluster>",
                                  "cluster.xml")
        .value();
}

class BladeDhcpTest : public ::testing::Test {
protected:
    static model::ComponentName named(const char* name) {
        return model::ComponentName::parse(name).value();
    }
    void add_image_with_boot_file() {
        images.add(api::ImageSummary{granite,
                                     model::Architecture::ppc64,
                                     model::Generation::from_number(1).value(),
                                     {"usr"},
                                     "/sbin/init",
                                     1,
                                     model::Timestamp::from_microseconds(0).value(),
                                     std::nullopt,
                                     0});
        ASSERT_TRUE(
            boot_files.build({.image = granite, .options = {}, .ramdisk = {}}, [](auto&&...) {}));
    }
    const api::DhcpHost& host(const char* name) {
        hosts = dhcp.hosts().value();
        const auto found = std::ranges::find(hosts, named(name), &api::DhcpHost::blade);
        EXPECT_NE(found, hosts.end()) << name;
        return *found;
    }

    const model::ImageName granite = model::ImageName::parse("granite").value();
    TestDatabase database;
    cluster::Definition definition = blades_with_dhcp();
    Roster roster = Roster::create(named("s1"), definition).value();
    Assignments assignments{database.get()};
    FakeImages images;
    FakeBootFiles boot_files{images};
    FakeServiceControl control;
    DhcpService service{control,
                        {.server = named("s1"),
                         .directory = database.directory() + "/dhcpd",
                         .kea_directory = database.directory() + "/kea",
                         .program = "/bin/true",
                         .kea_program = "/bin/true"},
                        cluster::DeviceName::parse("eth1").value()};
    BladeDhcp dhcp{service, roster, assignments, boot_files};
    std::vector<api::DhcpHost> hosts;
};

TEST_F(BladeDhcpTest, KnowsNobodyWithoutAMac) {
    hosts = dhcp.hosts().value();
    ASSERT_EQ(hosts.size(), 2u);
    EXPECT_EQ(to_string(hosts[0].mac), "52:54:00:00:00:01");
    EXPECT_EQ(to_string(hosts[1].address), "10.1.1.2");
}

TEST_F(BladeDhcpTest, NamesTheBootFileOfTheAssignedImageAlone) {
    add_image_with_boot_file();
    ASSERT_TRUE(assignments.assign(std::vector{named("s1b1")}, granite,
                                   model::Timestamp::from_microseconds(0).value()));
    EXPECT_EQ(host("s1b1").image, granite);
    EXPECT_EQ(host("s1b1").boot_file, "granite/1-1/zImage");
    EXPECT_EQ(host("s1b2").image, std::nullopt);
    EXPECT_EQ(host("s1b2").boot_file, std::nullopt);
}

TEST_F(BladeDhcpTest, GivesABladeWhoseImageIsGoneItsAddress) {
    ASSERT_TRUE(assignments.assign(std::vector{named("s1b1")}, granite,
                                   model::Timestamp::from_microseconds(0).value()));
    EXPECT_EQ(host("s1b1").image, granite);
    EXPECT_EQ(host("s1b1").boot_file, std::nullopt);
    EXPECT_TRUE(dhcp.apply());
}

TEST_F(BladeDhcpTest, TellsBeforehandWhatANewDefinitionReloads) {
    ASSERT_TRUE(dhcp.apply());
    EXPECT_TRUE(dhcp.status()->is_running);
    EXPECT_EQ(dhcp.reloaded_by(roster).value(), std::nullopt);
    const auto moved = blades_with_dhcp(R"(<set for="b3" mac="52:54:00:ff:ff:01"/>)");
    EXPECT_EQ(dhcp.reloaded_by(Roster::create(named("s1"), moved).value()).value()->service,
              "dhcpd");
    const auto nameless =
        blades_with_dhcp(R"(<set for="b3"><property name="rack" value="a"/></set>)");
    EXPECT_EQ(dhcp.reloaded_by(Roster::create(named("s1"), nameless).value()).value(), std::nullopt)
        << "DHCP does not know it";
}

TEST_F(BladeDhcpTest, SaysWhyTheServerDoesNotRun) {
    // At its start, and again when it is told to read its configuration.
    const Result<void> ended = fail(ErrorCode::unavailable, "dhcpd ended");
    control.outcomes = {ended, ended};
    const auto applied = dhcp.apply();
    ASSERT_FALSE(applied);
    EXPECT_TRUE(applied.error().message().contains("dhcpd ended")) << applied.error().message();
}

}  // namespace
}  // namespace dim::server
