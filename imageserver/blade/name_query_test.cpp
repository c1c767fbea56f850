#include "imageserver/blade/name_query.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"

#include <array>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::at;

constexpr const char* kCluster = R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" per="server" role="bootnet" address="10.{server}.0.0/16"
           address6="fd00:{server}::/64"/>
  <network name="usernet" role="usernet" address="172.16.0.0/12" suffix="-usr"/>
  <level name="server" symbol="s" width="2" last="2">
    <component name="server" role="server">
      <interface network="bootnet" device="eth1" address="10.{server}.0.1"/>
    </component>
    <level name="blade" symbol="b" width="2" last="4">
      <component name="blade" role="blade" type="js20" mac="52:54:00:00:{server}:{blade}">
        <interface network="bootnet" address="10.{server}.1.{blade}" address6="fd00:{server}::{blade}"/>
        <interface network="usernet" address="172.16.{server}.{blade}"/>
      </component>
    </level>
  </level>
</cluster>
)";

class NameQueryTest : public ::testing::Test {
protected:
    Result<std::string> names(const std::string& range,
                              const std::optional<std::string>& role = {}) {
        DIM_TRY(const auto list, query.find({range, role}, at(100)));
        std::string text;
        for (const api::NamedComponent& component : list.names)
            text.append(text.empty() ? "" : " ").append(to_string(component.name));
        return text;
    }
    static model::ComponentName name(const std::string& text) {
        return model::ComponentName::parse(text).value();
    }

    TestDatabase database;
    Roster roster =
        Roster::create(name("s01"), cluster::parse_cluster(kCluster, "cluster.xml").value())
            .value();
    Assignments assignments{database.get()};
    BootJournal log{database.get(), at(0)};
    NameQuery query{roster, assignments, log};
};

TEST_F(NameQueryTest, RefusesUnknownRolesNamesAndAttributes) {
    EXPECT_EQ(names("all", "king").error().code(), ErrorCode::invalid_input);
    EXPECT_EQ(names("s03b01").error().code(), ErrorCode::not_found);
    EXPECT_FALSE(names("colour=blue"));
    EXPECT_EQ(names("image=granite").error().code(), ErrorCode::not_found) << "nobody has it";
}

TEST_F(NameQueryTest, AllAreTheBladesOfThisServer) {
    EXPECT_EQ(names("all"), "s01b01 s01b02 s01b03 s01b04");
    EXPECT_EQ(names("s02b[03-04]"), "s02b03 s02b04") << "others can be named";
    EXPECT_EQ(names("b5,s1b2"), "s01b02 s02b01");
    EXPECT_EQ(names("all", "server"), "s01 s02");
}

TEST_F(NameQueryTest, KnowsImagesAndStates) {
    ASSERT_TRUE(
        assignments.assign(std::array{name("s01b02"), name("s01b03")}, samples::image(), at(1)));
    ASSERT_TRUE(log.begin_boot(name("s01b03"), samples::boot_request(90), at(90)));
    EXPECT_EQ(names("image=granite"), "s01b02 s01b03");
    EXPECT_EQ(names("all,-image=granite"), "s01b01 s01b04");
    EXPECT_EQ(names("state=booting"), "s01b03");
    EXPECT_EQ(names("image=granite@state=unseen"), "s01b02");
}

TEST_F(NameQueryTest, KnowsMacsThatWereLearned) {
    std::string without(kCluster);
    const std::string_view rule = R"( mac="52:54:00:00:{server}:{blade}")";
    without.erase(without.find(rule), rule.size());
    EXPECT_EQ(names("mac=52:54:00:00:01:02"), "s01b02");
    ASSERT_TRUE(roster.replace(cluster::parse_cluster(without, "cluster.xml").value()));
    EXPECT_FALSE(names("mac=52:54:00:00:01:02"));
    ASSERT_TRUE(roster.learn({{name("s01b02"),
                               {.mac = model::MacAddress::parse("02:00:00:00:00:01").value(),
                                .source = "learn",
                                .since = at(1).time}}}));
    EXPECT_EQ(names("mac=02:00:00:00:00:01"), "s01b02");
}

TEST_F(NameQueryTest, TellsEverythingOfAComponent) {
    const auto list = query.find({"b5", {}}, at(100)).value();
    ASSERT_EQ(list.names.size(), 1u);
    const api::NamedComponent& blade = list.names[0];
    EXPECT_EQ(to_string(blade.name), "s02b01");
    EXPECT_EQ(to_string(blade.linear), "b5");
    EXPECT_EQ(blade.role, "blade");
    EXPECT_EQ(to_string(blade.server.value()), "s02");
    ASSERT_EQ(blade.addresses.size(), 2u);
    EXPECT_EQ(blade.addresses[0].host, "s02b01");
    EXPECT_EQ(to_string(blade.addresses[0].network), "bootnet-s02");
    EXPECT_EQ(to_string(blade.addresses[0].address6.value()), "fd00:2::1");
    EXPECT_EQ(blade.addresses[1].host, "s02b01-usr");
    EXPECT_EQ(to_string(blade.addresses[1].address), "172.16.2.1");
}

TEST_F(NameQueryTest, ABladeOfAnotherServerIsToldWithTheServer) {
    const auto found = roster.find_any_name("b5");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().message(), "s02b01 is served by s02");
    EXPECT_EQ(found.error().cure(), "run the command on s02");
    EXPECT_EQ(to_string(roster.find_any_name("s1b2")->blade.name), "s01b02");
}

}  // namespace
}  // namespace dim::server
