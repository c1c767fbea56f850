#pragma once

#include "imageserver/image/image_store_test_fixture.hpp"
#include "imageserver/override/overrides.hpp"
#include "imageserver/state/fake_wall_clock.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>

namespace dim::server::testing {

inline constexpr std::string_view kOverriddenCluster =
    R"(<cluster xmlns="urn:dim:cluster:1" name="demo" domain="demo.lab">
        <services dns="bind"/>
        <network name="bootnet" role="bootnet" per="server" address="10.{server}.0.0/16">
          <time-server address="10.{server}.0.1"/><time-server address="192.0.2.123"/>
        </network>
        <network name="usernet" role="usernet" address="192.0.2.0/24"/>
        <level name="server" symbol="s" width="2" last="1">
          <component name="server" role="server" pattern="is{server}" linear="is">
            <interface network="bootnet" device="eth1" address="10.1.0.1"/>
          </component>
          <level name="chassis" symbol="c" last="1">
            <level name="blade" symbol="b" width="2" last="3">
              <component name="blade" role="blade" type="js21">
                <interface network="bootnet" address="10.1.1.{blade}"/>
                <interface network="usernet" address="192.0.2.{blade}"/>
              </component>
            </level>
          </level>
        </level>
        <set for="s01c1b01" mac="52:54:00:01:01:01"/>
        <set for="s01c1b02" mac="52:54:00:01:01:02"/>
        <set for="all"><property name="rack" value="A3"/></set>
        <group name="gpu" range="s01c1b01"/>
      </cluster>)";

inline cluster::Definition overridden_definition(std::string_view xml = kOverriddenCluster) {
    return value_of(cluster::parse_cluster(xml, "cluster.xml"));
}

/// An image store whose blade images are given what differs per blade, from templates in a
/// directory of the test. The master has every file that is edited.
class OverridesTest : public ImageStoreTest {
protected:
    OverridesTest() {
        const std::map<std::string, std::string> master{
            {"hosts", "127.0.0.1\tlocalhost\n127.0.1.1\tmaster\n"},
            {"fstab", "UUID=0a1b / ext4 defaults 0 1\ntmpfs /tmp tmpfs nosuid 0 0\n"},
            {"machine-id", "00000000000000000000000000000001\n"},
            {"ssh/sshd_config", "Port 22\n"},
            {"ssh/ssh_host_rsa_key", "of the master\n"},
            {"network/interfaces", "auto lo eth0\niface lo inet loopback\niface eth0 inet dhcp\n"},
            {"systemd/timesyncd.conf", "[Time]\n#NTP=\n"},
            {"resolv.conf", "search example.net\nnameserver 127.0.0.53\n"},
            {"motd", "of the master\n"}};
        for (const char* name : {"ssh", "network", "systemd", "systemd/network", "NetworkManager",
                                 "chrony", "chrony/sources.d"})
            value_of(sys::mkdir(tree + "/etc/" + name));
        for (const auto& [name, text] : master)
            testing::write(tree + "/etc/" + name, text);
        value_of(sys::mkdir(templates));
        reopen_all();
    }
    ~OverridesTest() override { store.reset(); }

    /// As a daemon does that was started again.
    void reopen_all() {
        close_all();
        reopen();
        own_database = std::make_unique<Database>(value_of(Database::open(
            directory / "overrides.db", std::array<Migration, 1>{kOverrideMigration})));
        overrides = std::make_unique<Overrides>(
            Overrides::Settings{.directory = templates, .keys_directory = state + "/keys"},
            *own_database, roster, clock);
        store->use(*overrides);
    }
    void close_all() {
        store.reset();
        database.reset();
        overrides.reset();
        own_database.reset();
    }

    /// Makes or replaces a template: "cluster/etc/motd".
    void put(const std::string& name, std::string_view text, mode_t mode = 0644) const {
        value_of(sys::ensure_directory(templates + "/" + name.substr(0, name.rfind('/'))));
        testing::write(templates + "/" + name, text, mode);
    }
    std::string root_of(const std::string& blade, const std::string& image = "granite") const {
        return store->mount_point(blade_name(blade), image_name(image)) + "/";
    }
    std::string read(const std::string& blade, const std::string& path) const {
        return value_of(sys::read_file(root_of(blade) + path));
    }
    Overrides::Plan plan(const std::string& blade) const {
        return value_of(overrides->plan(blade_name(blade), value_of(store->image(granite)),
                                        store->mount_point(blade_name(blade), granite)));
    }
    /// What the plan says of PATH.
    static std::string state_of(const Overrides::Plan& plan, std::string_view path) {
        for (const PlannedFile& file : plan.files)
            if (file.wanted.path == path) return std::string(to_string(file.state));
        return "no rule";
    }
    std::string state_of(const std::string& blade, std::string_view path) const {
        return state_of(plan(blade), path);
    }
    Result<Overrides::Outcome> apply(const std::string& blade,
                                     Overrides::Changed changed = Overrides::Changed::kept) const {
        return overrides->apply(blade_name(blade), value_of(store->image(granite)),
                                store->mount_point(blade_name(blade), granite), changed);
    }

    const std::string templates = directory / "templates";
    FakeWallClock clock{{value_of(model::Timestamp::from_microseconds(1'000'000)), 0}};
    Roster roster = value_of(Roster::create(blade_name("is01"), overridden_definition()));
    std::unique_ptr<Database> own_database;
    std::unique_ptr<Overrides> overrides;
};

}  // namespace dim::server::testing
