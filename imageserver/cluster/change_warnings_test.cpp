#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/cluster/change_warnings.hpp"
#include "imageserver/image/fake_images.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::at;
using samples::blade;
using samples::image;
using samples::other_blade;

/// The sample cluster with another last bay, and with other addresses.
cluster::Definition next_definition(std::string_view last, std::string_view addresses) {
    std::string text(samples::kDefinition);
    const auto replace = [&text](std::string_view old, std::string_view by) {
        const auto at = text.find(old);
        ASSERT_NE(at, std::string::npos);
        text.replace(at, old.size(), by);
    };
    replace(R"(width="2" last="2")", R"(width="2" last=")" + std::string(last) + '"');
    if (last == "1") replace(R"(<set for="s01c1b02" type="js21"/>)", "");
    replace("127.0.0.{blade}", addresses);
    return *cluster::parse_cluster(text, "next.xml");
}

class ChangeWarningsTest : public ::testing::Test {
protected:
    using Texts = std::vector<std::string>;

    Texts of(std::string_view last, std::string_view addresses = "127.0.0.{blade}") {
        return warnings.of(next_definition(last, addresses), at(100)).value();
    }

    TestDatabase database;
    Roster roster = samples::roster();
    Assignments assignments{database.get()};
    BootJournal journal{database.get(), at(0)};
    FakeImages images;
    ChangeWarnings warnings{roster, assignments, journal, images};
};

TEST_F(ChangeWarningsTest, OfBladesThatAreInUseAndGo) {
    EXPECT_EQ(of("1"), Texts());
    ASSERT_TRUE(assignments.assign(std::vector{other_blade()}, image(), at(1)));
    ASSERT_EQ(of("1").size(), 1u);
    EXPECT_TRUE(of("1").front().starts_with("s01c1b02: images and assignments stay"));
    ASSERT_TRUE(assignments.unassign(std::vector{other_blade()}));
    EXPECT_EQ(of("1"), Texts());
    images.add(api::BladeImage{other_blade(), image(), *model::Generation::from_number(1), "/x", 1,
                               1, true, false, std::nullopt});
    EXPECT_EQ(of("1").size(), 1u);
    EXPECT_EQ(of("2"), Texts());
}

TEST_F(ChangeWarningsTest, OfRunningBladesThatLoseTheirAddress) {
    const auto boot = journal.begin_boot(blade(), samples::boot_request(90), at(90)).value();
    ASSERT_TRUE(journal.record_plan(boot.key, samples::boot_plan(), at(90)));
    ASSERT_TRUE(
        journal.record_running(blade(), boot_id(boot), samples::running_report(95), at(95)));
    EXPECT_EQ(of("2"), Texts());
    const auto moved = of("2", "127.0.0.{blade+20}");
    ASSERT_EQ(moved.size(), 1u);
    EXPECT_TRUE(moved.front().starts_with("s01c1b01: up now")) << moved.front();
    auto served_otherwise = next_definition("2", "127.0.0.{blade}");
    served_otherwise.services.nfs = cluster::NfsBackend::nfsd;
    const Texts told = warnings.of(served_otherwise, at(100)).value();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_TRUE(told.front().starts_with("s01c1b01: up now")) << "file handles are of one server";
}

TEST_F(ChangeWarningsTest, OfBladesWhoseMacTheirNextServerHasToLearn) {
    cluster::Definition without = samples::definition();
    for (cluster::Blade& each : without.blades)
        each.mac.reset();
    cluster::Definition moved = without;
    moved.servers.push_back(moved.servers.front());
    moved.servers.back().name = *model::ComponentName::parse("is02");
    moved.blades.front().server = moved.servers.back().name;
    ASSERT_TRUE(roster.replace(std::move(without)));
    EXPECT_EQ(warnings.of(moved, at(100)), Texts());
    ASSERT_TRUE(
        roster.learn({{blade(), {.mac = samples::mac(), .source = "learn", .since = at(1).time}}}));
    const Texts told = warnings.of(moved, at(100)).value();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_TRUE(told.front().starts_with("s01c1b01: their MACs were learned here"));
}

TEST_F(ChangeWarningsTest, OfBladesThatLoseTheMacThatTheyLearned) {
    cluster::Definition none = samples::definition();
    for (cluster::Blade& each : none.blades)
        each.mac.reset();
    ASSERT_TRUE(roster.replace(none));
    ASSERT_TRUE(
        roster.learn({{blade(), {.mac = samples::mac(), .source = "learn", .since = at(1).time}}}));
    EXPECT_EQ(warnings.of(none, at(100)), Texts());
    const auto told = [&](const std::optional<model::MacAddress>& of_blade,
                          const std::optional<model::MacAddress>& of_other) {
        cluster::Definition next = none;
        for (cluster::Blade& each : next.blades)
            each.mac = each.name == blade() ? of_blade : of_other;
        const Texts texts = warnings.of(next, at(100)).value();
        EXPECT_LE(texts.size(), 1u);
        return texts.empty() ? "" : texts.front();
    };
    const std::string has = "would count no more: s01c1b01 has " + to_string(samples::mac());
    EXPECT_EQ(told(samples::mac(), samples::other_mac()), "") << "as it was learned";
    EXPECT_EQ(told(std::nullopt, samples::other_mac()), "");
    const std::string another = told(samples::other_mac(), std::nullopt);
    EXPECT_TRUE(another.contains(has + ", would have " + to_string(samples::other_mac()) + "; "))
        << another;
    const std::string given = told(std::nullopt, samples::mac());
    EXPECT_TRUE(given.contains(has + ", would have none: that becomes the MAC of s01c1b02; "))
        << given;
}

TEST_F(ChangeWarningsTest, OfBladesThatAreInOneBay) {
    std::string text(samples::kDefinition);
    const std::string_view blades = R"(<level name="blade")";
    text.insert(text.find(blades), R"(<component name="mm" role="management-module"/>)");
    const auto told = [&] {
        return warnings.of(cluster::parse_cluster(text, "next.xml").value(), at(100)).value();
    };
    EXPECT_EQ(told(), Texts());
    text.insert(text.find("</cluster>"),
                R"(<set for="s01c1b01"><property name="bay" value="2"/></set>)");
    const Texts texts = told();
    ASSERT_EQ(texts.size(), 1u);
    EXPECT_EQ(texts.front(),
              "blades that are the same get no power command and no console: s01c1b[01-02] are bay "
              "2 of s01c1; give each its own bay: properties 'module' and 'bay'");
}

}  // namespace
}  // namespace dim::server
