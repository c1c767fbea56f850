#include "imageserver/blade/mac_changes.hpp"
#include "imageserver/blade/sample_cluster.hpp"
#include "libdim/base/text.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using model::ComponentName;
using model::MacAddress;

const model::Timestamp kNow = samples::at(7).time;

MacAddress board_mac(const char* text) { return *MacAddress::parse(text); }
ComponentName numbered_blade(int number) {
    return *ComponentName::parse("s01c1b0" + std::to_string(number));
}
const MacAddress kBoard = board_mac("02:00:00:00:00:01");
const MacAddress kOtherBoard = board_mac("02:00:00:00:00:02");
/// s01c1b04's in the definition; the others have none.
const MacAddress kDefined = board_mac("52:54:00:01:01:04");

/// Of four blades; MORE goes before the end.
cluster::Definition four_blades(const std::string& more = {}, int last = 4) {
    const std::string xml = samples::one_chassis_xml(last, R"(type="js20")", more);
    return cluster::parse_cluster(xml, "macs.xml").value();
}
const std::string kWithDefined = R"(<set for="s01c1b04" mac="52:54:00:01:01:04"/>)";

Roster roster_of_four(LearnedByBlade learned = {}) {
    return Roster::create(*ComponentName::parse("is01"), four_blades(kWithDefined),
                          std::move(learned))
        .value();
}
LearnedMac csv_mac(const MacAddress& of) {
    return {.mac = of, .source = "csv", .since = samples::at(1).time};
}
Result<LearnedByBlade> change_of(const Roster& roster, std::vector<api::MacChange> changes) {
    return with_changes(roster, {.source = "learn", .changes = std::move(changes)}, kNow);
}

TEST(MacChanges, RefuseTheMacOfAnotherBlade) {
    const Roster known = roster_of_four({{numbered_blade(1), csv_mac(kBoard)}});
    const auto taken = change_of(known, {{numbered_blade(2), kBoard}});
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code(), ErrorCode::conflict);
    EXPECT_TRUE(taken.error().message().contains("it is that of s01c1b01"));
    EXPECT_TRUE(taken.error().cure().contains("dim blade learn --forget s01c1b01"));
    const auto defined = change_of(known, {{numbered_blade(2), kDefined}});
    ASSERT_FALSE(defined);
    EXPECT_TRUE(defined.error().message().contains("it is that of s01c1b04"));
    const auto twice =
        change_of(known, {{numbered_blade(2), kOtherBoard}, {numbered_blade(3), kOtherBoard}});
    EXPECT_EQ(twice.error().code(), ErrorCode::conflict);
}

TEST(MacChanges, RefuseABladeWhoseMacTheDefinitionGives) {
    const auto refused = change_of(roster_of_four(), {{numbered_blade(4), kBoard}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_TRUE(refused.error().message().contains("52:54:00:01:01:04"));
}

TEST(MacChanges, RefuseWhatNamesNoBladeOrOneTwice) {
    EXPECT_EQ(
        change_of(roster_of_four(), {{*ComponentName::parse("s09c1b01"), kBoard}}).error().code(),
        ErrorCode::not_found);
    EXPECT_EQ(
        change_of(roster_of_four(), {{numbered_blade(1), kBoard}, {numbered_blade(1), kOtherBoard}})
            .error()
            .code(),
        ErrorCode::invalid_input);
    EXPECT_EQ(change_of(roster_of_four(), {{.blade = numbered_blade(1)}}).error().code(),
              ErrorCode::not_found);
    for (const char* source : {"", "definition", "no word", "\x1b[2J"})
        EXPECT_EQ(
            with_changes(roster_of_four(), {.source = source, .changes = {}}, kNow).error().code(),
            ErrorCode::invalid_input)
            << source;
}

TEST(MacChanges, TwoBladesAreExchangedAtOnce) {
    const Roster known = roster_of_four(
        {{numbered_blade(1), csv_mac(kBoard)}, {numbered_blade(2), csv_mac(kOtherBoard)}});
    EXPECT_FALSE(change_of(known, {{numbered_blade(1), kOtherBoard}}));
    const auto swapped =
        change_of(known, {{numbered_blade(1), kOtherBoard}, {numbered_blade(2), kBoard}});
    ASSERT_TRUE(swapped) << swapped.error().message();
    EXPECT_EQ(swapped->at(numbered_blade(1)).mac, kOtherBoard);
    EXPECT_EQ(swapped->at(numbered_blade(2)).mac, kBoard);
    EXPECT_EQ(swapped->at(numbered_blade(1)).since, kNow);
    EXPECT_TRUE(change_of(known, {{numbered_blade(1)}, {numbered_blade(3), kBoard}}))
        << "it was put into another bay";
}

TEST(MacChanges, WhatIsLearnedAgainIsAsOldAsItWas) {
    const auto again = change_of(roster_of_four({{numbered_blade(1), csv_mac(kBoard)}}),
                                 {{numbered_blade(1), kBoard}});
    ASSERT_TRUE(again);
    EXPECT_EQ(again->at(numbered_blade(1)).since, samples::at(1).time);
}

TEST(MacChanges, WhatIsNotInForceHoldsUpNobody) {
    const ComponentName gone = *ComponentName::parse("s01c9b01");
    const auto freed = change_of(
        roster_of_four({{gone, csv_mac(kBoard)}, {numbered_blade(4), csv_mac(kOtherBoard)}}),
        {{numbered_blade(1), kBoard}, {numbered_blade(2), kOtherBoard}});
    ASSERT_TRUE(freed) << freed.error().message();
    EXPECT_FALSE(freed->contains(gone));
    EXPECT_FALSE(freed->contains(numbered_blade(4)));
}

TEST(RosterWithLearnedMacs, TheDefinitionCountsMore) {
    Roster known = roster_of_four({{numbered_blade(1), csv_mac(kBoard)},
                                   {numbered_blade(2), csv_mac(kDefined)},
                                   {numbered_blade(4), csv_mac(kOtherBoard)}});
    EXPECT_EQ(known.find(kBoard)->blade.name, numbered_blade(1));
    EXPECT_EQ(mac_source(*known.find(numbered_blade(1))), "csv");
    EXPECT_EQ(known.find(kDefined)->blade.name, numbered_blade(4)) << "not of who learned the same";
    EXPECT_EQ(known.find(numbered_blade(2))->blade.mac, std::nullopt);
    EXPECT_EQ(mac_source(*known.find(numbered_blade(4))), "definition");
    EXPECT_FALSE(known.find(kOtherBoard)) << "the definition says otherwise";
    EXPECT_EQ(mac_source(*known.find(numbered_blade(3))), std::nullopt);
    const auto macs = blade_macs(known);
    EXPECT_EQ(macs[1].unused, kDefined);
    EXPECT_TRUE(macs[1].cause->contains("another blade"));
    EXPECT_EQ(macs[3].mac, kDefined);
    EXPECT_EQ(macs[3].unused, kOtherBoard);
}

TEST(RosterWithLearnedMacs, TheyOutliveADefinition) {
    Roster known = roster_of_four(
        {{numbered_blade(2), csv_mac(kBoard)}, {numbered_blade(4), csv_mac(kOtherBoard)}});
    ASSERT_TRUE(known.replace(four_blades({}, 1)));
    EXPECT_FALSE(known.find(kBoard)) << "no blade of ours for now";
    ASSERT_TRUE(known.replace(four_blades()));
    EXPECT_EQ(known.find(kBoard)->blade.name, numbered_blade(2));
    EXPECT_EQ(known.find(kOtherBoard)->blade.name, numbered_blade(4)) << "its mac= was taken out";
    EXPECT_EQ(known.with(four_blades(kWithDefined))->find(numbered_blade(4))->blade.mac, kDefined);
    const auto before = known.definition();
    ASSERT_TRUE(known.learn({}));
    EXPECT_NE(known.definition(), before) << "who keeps to it looks again";
    EXPECT_EQ(known.find(numbered_blade(2))->blade.mac, std::nullopt);
}

}  // namespace
}  // namespace dim::server
