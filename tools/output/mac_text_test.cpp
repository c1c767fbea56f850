#include "tools/output/mac_text.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Kind = MacFinding::Kind;

model::ComponentName some_blade(const char* text) {
    return model::ComponentName::parse(text).value();
}
const model::MacAddress kBoard = model::MacAddress::parse("02:00:00:00:00:01").value();
const model::MacAddress kOtherBoard = model::MacAddress::parse("02:00:00:00:00:02").value();

TEST(MacText, WhatChangesIsATableAndTheRestIsCounted) {
    const std::vector<MacFinding> findings{
        {.blade = some_blade("b1"),
         .kind = Kind::exchanged,
         .before = kBoard,
         .now = kOtherBoard,
         .other = some_blade("b2"),
         .place = api::MacPlace{some_blade("mm1"), 1}},
        {.blade = some_blade("b3"),
         .kind = Kind::gone,
         .before = kBoard,
         .other = some_blade("b4")},
        {.blade = some_blade("b5"), .kind = Kind::same, .now = kBoard},
        {.blade = some_blade("b6"),
         .kind = Kind::refused,
         .problem = Error(ErrorCode::io, "it burns").with_cure("water")}};
    const std::string text = mac_findings_text(findings);
    EXPECT_THAT(text, HasSubstr("b1     exchanged with b2  02:00:00:00:00:02  "
                                "02:00:00:00:00:01  mm1, bay 1\n"));
    EXPECT_THAT(text, HasSubstr("b3     gone to b4"));
    EXPECT_THAT(text, HasSubstr("1 the same, 1 in doubt\n"));
    EXPECT_THAT(text, Not(HasSubstr("b5")));
    const std::string json = mac_findings_json(findings, true);
    EXPECT_THAT(json, HasSubstr(R"({"blade":"b6","change":"refused","problem":"it burns",)"
                                R"("cure":"water"}],"applied":true})"));
    EXPECT_EQ(mac_findings_text({}), "");
}

std::vector<cluster::Explanation> explained(const std::string& value, const api::BladeMac& mac) {
    std::vector<cluster::Explanation> explanations{
        {.attribute = "mac", .value = value, .origin = "x.xml:1", .overridden = {}}};
    explain_mac(explanations, mac);
    return explanations;
}

TEST(MacText, WhatWasLearnedIsExplained) {
    EXPECT_EQ(explained("none", {.blade = some_blade("b1")}).at(0).value, "none");
    const auto learned = explained("none", {.blade = some_blade("b1"),
                                            .mac = kBoard,
                                            .source = "csv\x1b",
                                            .place = api::MacPlace{some_blade("mm1"), 3}});
    EXPECT_EQ(learned.at(0).value, "02:00:00:00:00:01");
    EXPECT_EQ(learned.at(0).origin, "learned by csv? in mm1, bay 3");
    const auto defined = explained(
        to_string(kBoard), {.blade = some_blade("b1"), .mac = kBoard, .source = "definition"});
    EXPECT_EQ(defined.at(0).origin, "x.xml:1");
}

TEST(MacText, WhatTheDefinitionOverridesIsToldToo) {
    api::BladeMac overridden{.blade = some_blade("b1"),
                             .mac = kBoard,
                             .source = "definition",
                             .unused = kOtherBoard,
                             .unused_source = "csv",
                             .cause = "given to another blade"};
    const auto defined = explained(to_string(kBoard), overridden);
    EXPECT_EQ(defined.at(0).origin, "x.xml:1");
    EXPECT_EQ(defined.at(0).overridden.front(), "02:00:00:00:00:02: learned by csv");
    EXPECT_THAT(macs_text(std::vector{overridden}),
                HasSubstr("02:00:00:00:00:02: given to another blade"));
    overridden.mac.reset();
    EXPECT_EQ(explained("none", overridden).at(0).origin, "given to another blade");
}

}  // namespace
}  // namespace dim::tool
