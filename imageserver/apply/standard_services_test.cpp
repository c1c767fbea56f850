#include "imageserver/apply/service_appliers.hpp"
#include "imageserver/apply/standard_services.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/boot_file/fake_boot_files.hpp"
#include "imageserver/image/fake_images.hpp"
#include "imageserver/service/fake_service_control.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

/// Two image servers of four blades each; MORE goes before its end.
cluster::Definition definition(const std::string& more = {}, const std::string& services = {}) {
    return cluster::parse_cluster(R"(<cluster xmlns="urn:dim:cluster:1" name="demo">)" + services +
                                      R"(
  <network name="bootnet" per="server" role="bootnet" address="10.{server}.0.0/16"/>
  <level name="server" symbol="s" width="2" last="2">
    <component name="server" role="server">
      <interface network="bootnet" device="eth1" address="10.{server}.0.1"/>
    </component>
    <level name="blade" symbol="b" width="2" last="4">
      <component name="blade" role="blade" type="js20" mac="52:54:00:00:{server}:{blade}">
        <interface network="bootnet" address="10.{server}.1.{blade}"/>
      </component>
    </level>
  </level>)" + more + "</cluster>",
                                  "cluster.xml")
        .value();
}

const model::ComponentName kServer = model::ComponentName::parse("s01").value();

constexpr const char* kOwnMove =
    R"(<set for="s01b01"><interface network="bootnet" address="10.1.9.9"/></set>)";
constexpr const char* kOthersMove =
    R"(<set for="s02b01" mac="52:54:00:ff:ff:01"><interface network="bootnet" address="10.2.9.9"/></set>)";
constexpr const char* kKea = R"(<services dhcp="kea"/>)";

/// The services of s01, with programs that run nothing.
class StandardServicesTest : public ::testing::Test {
protected:
    using Names = std::vector<std::string>;

    ~StandardServicesTest() override { lane.join(); }

    void export_image(const std::string& blade) {
        const auto image = model::ImageName::parse("granite").value();
        images.add(api::BladeImage{model::ComponentName::parse(blade).value(),
                                   image,
                                   model::Generation::from_number(1).value(),
                                   "/x",
                                   1,
                                   1,
                                   true,
                                   true,
                                   {}});
    }
    /// What a new definition reloads, as told before, which must be what is reloaded when it comes
    /// into force.
    Names reloads(const cluster::Definition& next) {
        const auto told = appliers.reloaded_by(Roster::create(kServer, next).value()).value();
        control.calls.clear();
        const auto running = control.running;
        EXPECT_TRUE(roster.replace(next));
        const auto applied = appliers.apply_all();
        EXPECT_TRUE(applied) << to_string(applied.error());
        Names seen;
        for (const char* name : {"dhcpd", "kea-dhcp4", "ganesha"}) {
            const bool was_running = running.contains(name);
            const auto starts = control.count(std::string("start ") + name);
            if (control.count(std::string("reload ") + name) != 0 || (!was_running && starts != 0))
                seen.emplace_back(name);
        }
        Names names;
        reasons.clear();
        for (const api::ServiceReload& reload : told) {
            names.push_back(reload.service);
            reasons.push_back(reload.reason);
        }
        EXPECT_EQ(names, seen);
        return names;
    }

    Names reasons;  ///< of what reloads() returned last
    TestDatabase database{{kNfsMigration}};
    Roster roster = Roster::create(kServer, definition()).value();
    Assignments assignments{database.get()};
    FakeImages images;
    FakeBootFiles boot_files{images};
    FakeServiceControl control;
    StandardServices services{control,
                              {.directory = database.directory() + "/services",
                               .boot_directory = database.directory() + "/boot",
                               .mounts = database.directory() + "/mounts",
                               .bootnet = cluster::bootnet_of(definition(), kServer).value(),
                               .dhcpd = "/bin/true",
                               .kea = "/bin/true"},
                              {.roster = roster,
                               .assignments = assignments,
                               .images = images,
                               .boot_files = boot_files,
                               .database = database.get()}};
    boost::asio::io_context loop{1};
    boost::asio::thread_pool lane{1};
    ServiceAppliers appliers{
        loop.get_executor(),
        lane,
        lane,
        {.dhcp = services.dhcp(), .exports = services.exports(), .names = services.names()}};
};

TEST_F(StandardServicesTest, WhatIsToldToReloadIsWhatReloads) {
    export_image("s01b01");
    ASSERT_TRUE(appliers.apply_all());
    EXPECT_EQ(reloads(definition()), Names());
    EXPECT_EQ(reloads(definition(kOwnMove)), (Names{"dhcpd", "ganesha"}));
    EXPECT_EQ(reasons, (Names{"dhcpd.conf: 1 line new, 1 gone", "1 export new, 1 gone"}));
    EXPECT_EQ(reloads(definition({}, kKea)), (Names{"kea-dhcp4", "ganesha"}));
    EXPECT_EQ(reasons.front(), "it takes the place of dhcpd");
    EXPECT_EQ(reloads(definition(kOthersMove, kKea)), Names()) << "blades of another server";
}

TEST_F(StandardServicesTest, WhoHasNoImageIsNotInTheExports) {
    ASSERT_TRUE(appliers.apply_all());
    EXPECT_EQ(reloads(definition(kOwnMove)), Names{"dhcpd"});
}

TEST_F(StandardServicesTest, TheNameServerStartsWhenItIsWanted) {
    ASSERT_TRUE(appliers.apply_all());
    const auto next = Roster::create(kServer, definition({}, R"(<services dns="bind"/>)")).value();
    const auto told = appliers.reloaded_by(next).value();
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0].service, "dhcpd") << "it tells blades which name server there is";
    EXPECT_EQ(told[1], (api::ServiceReload{.service = "named", .reason = "it is to run"}));
    EXPECT_EQ(services.statuses().size(), 3u);
}

}  // namespace
}  // namespace dim::server
