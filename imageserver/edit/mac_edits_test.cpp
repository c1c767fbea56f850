#include "imageserver/edit/edit_fixture.hpp"
#include "imageserver/edit/mac_edits.hpp"

namespace dim::server {
namespace {

using model::MacAddress;
using samples::blade;
using samples::image;
using samples::other_blade;

const MacAddress kBoard = *MacAddress::parse("02:00:00:00:00:01");
const MacAddress kOtherBoard = *MacAddress::parse("02:00:00:00:00:02");

class MacEditsTest : public EditFixture {
protected:
    MacEditsTest() : EditFixture({kNfsMigration, kLearnedMacMigration}) {
        cluster::Definition without = samples::definition();
        for (cluster::Blade& each : without.blades)
            each.mac.reset();
        EXPECT_TRUE(roster.replace(std::move(without)));
    }
    Result<std::string> learn(std::vector<api::MacChange> changes,
                              std::optional<std::uint64_t> base = {}) {
        return finish(
            edits.learn({.source = "learn", .changes = std::move(changes), .base = base}));
    }
    std::vector<api::DhcpHost> told() { return services.dhcp().hosts().value(); }

    MacEdits edits{roster, database.get(), alerts, edited_blades};
};

TEST_F(MacEditsTest, RefusesAndLeavesAllAsItWas) {
    EXPECT_EQ(learn({}).error().code(), ErrorCode::invalid_input);
    ASSERT_TRUE(learn({{blade(), kBoard}}));
    const auto before = edits.list().value();
    EXPECT_EQ(learn({{other_blade(), kBoard}}).error().code(), ErrorCode::conflict);
    EXPECT_EQ(learn({{other_blade(), kOtherBoard}}, 0).error().code(), ErrorCode::conflict);
    EXPECT_EQ(edits.list(), before);
    EXPECT_TRUE(learn({{other_blade(), kOtherBoard}}, 1));
}

TEST_F(MacEditsTest, DhcpKnowsWhatWasLearnedAndForgetsIt) {
    EXPECT_TRUE(told().empty());
    EXPECT_EQ(learn({{blade(), kBoard}}),
              "02:00:00:00:00:01 is the MAC of s01c1b01; DHCP knows it");
    ASSERT_EQ(told().size(), 1u);
    EXPECT_EQ(told()[0].mac, kBoard);
    EXPECT_EQ(control.count("start dhcpd"), 1);
    ASSERT_TRUE(learn({{.blade = blade()}}));
    EXPECT_TRUE(told().empty());
}

TEST_F(MacEditsTest, TheStoryTellsAndTheAlertGoes) {
    alerts.note({"unknown-mac", to_string(kBoard), "asked", ""}, clock.now());
    ASSERT_TRUE(
        finish(edits.learn({.source = "bladecenter-snmp",
                            .changes = {{blade(), kBoard, api::MacPlace{samples::server(), 3}}}})));
    EXPECT_TRUE(alerts.alerts().empty());
    ASSERT_TRUE(learn({{blade(), kOtherBoard}}));
    ASSERT_TRUE(learn({{blade(), kOtherBoard}}));
    const auto story = journal.story(blade()).value();
    ASSERT_EQ(story.size(), 2u) << "the third time nothing changed";
    EXPECT_EQ(story[0].text, "MAC 02:00:00:00:00:01 learned in is01, bay 3 (bladecenter-snmp)");
    EXPECT_EQ(story[1].text, "MAC 02:00:00:00:00:02 learned (learn) instead of 02:00:00:00:00:01");
}

/// A blade is its name: the board in its place changes, and nothing else.
TEST_F(MacEditsTest, BladesThatAreExchangedKeepNameAddressImageAndState) {
    add_image();
    add_blade_image(blade());
    add_boot_file();
    ASSERT_TRUE(learn({{blade(), kBoard}, {other_blade(), kOtherBoard}}));
    ASSERT_TRUE(finish(export_edits.export_images({image(), {blade()}}, no_progress)));
    ASSERT_TRUE(finish(assignment_edits.assign({image(), {blade()}}, no_progress)));
    const auto before = told();
    const auto image_before = images.blade_image(blade(), image()).value();
    ASSERT_TRUE(learn({{blade(), kOtherBoard}, {other_blade(), kBoard}}));
    const auto after = told();
    ASSERT_EQ(after.size(), 2u);
    for (std::size_t i = 0; i < after.size(); ++i) {
        EXPECT_NE(after[i].mac, before[i].mac);
        auto as_before = after[i];
        as_before.mac = before[i].mac;
        EXPECT_EQ(as_before, before[i]) << "name, address, image and boot file";
    }
    EXPECT_EQ(images.blade_image(blade(), image()), image_before);
    EXPECT_TRUE(is_exported(blade()));
    EXPECT_EQ(roster.find(kOtherBoard)->blade.name, blade()) << "it may negotiate as that";
}

TEST_F(MacEditsTest, ARefusalOfTheDhcpServerIsToldAndTriedAgain) {
    control.outcomes.assign(2, fail(ErrorCode::unavailable, "dhcpd ended"));
    EXPECT_TRUE(learn({{blade(), kBoard}}).error().message().contains("dhcpd ended"));
    EXPECT_EQ(edits.list()->blades[0].mac, kBoard) << "as an assignment, it stays";
    EXPECT_TRUE(learn({{blade(), kBoard}}));
}

}  // namespace
}  // namespace dim::server
