#include "libdim/cluster/names/name_term.hpp"
#include "libdim/cluster/names/sample_taxonomy.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

using Intervals = std::vector<std::vector<NumberInterval>>;

std::string error_of(std::string_view text,
                     std::optional<ComponentRole> below = ComponentRole::blade) {
    const auto term = NameTerm::parse(text);
    if (!term) return to_string(term.error());
    const auto match = match_term(*term, sample::blade_taxonomy(), below);
    return match ? "none" : to_string(match.error());
}

TEST(NameTerm, RefusesOtherTexts) {
    for (const char* text : {"",           "S1",       "s1_2",   "s[1-2",       "s1]",
                             "s[]",        "s[1,]",    "s[,1]",  "s[1-]",       "s[-1]",
                             "s[a]",       "s[1-2-3]", "s[1 2]", "s[[1]]",      "s[1]2",
                             "s1[2]",      "s[1][2]",  "s[3-1]", "s1000000000", "s[1-1000000000]",
                             "s1.example", "s*",       "s?"}) {
        EXPECT_FALSE(NameTerm::parse(text)) << text;
    }
    EXPECT_EQ(error_of("s[1-4,7-5]b1"),
              "name 's[1-4,7-5]b1': at '[1-4,7-5]b1': '7-5' begins after its end (write it like "
              "s01c[1-4]b[01-14])");
    EXPECT_EQ(error_of("s[1]2"),
              "name 's[1]2': at '2': there is no letter between two numbers (write it like "
              "s01c[1-4]b[01-14])");
}

TEST(NameTerm, IsBounded) {
    EXPECT_EQ(NameTerm::parse(std::string(NameTerm::kLengthLimit + 1, 'a')).error().code(),
              ErrorCode::limit_exceeded);
    std::string text = "b[1";
    for (std::size_t i = 1; i < NameTerm::kIntervalsLimit; ++i)
        text += ",1";
    EXPECT_TRUE(NameTerm::parse(text + ']'));
    EXPECT_EQ(NameTerm::parse(text + ",1]").error().code(), ErrorCode::limit_exceeded);
}

TEST(NameTerm, HasAShapeAndNumbers) {
    const auto term = NameTerm::parse("s01c[1-4]b[07,01-05,03-06,9]-x");
    ASSERT_TRUE(term);
    EXPECT_EQ(term->shape(), "s#c#b#-x");
    EXPECT_EQ(term->numbers(), (Intervals{{{1, 1}}, {{1, 4}}, {{1, 7}, {9, 9}}}));
    EXPECT_EQ(term->text(), "s01c[1-4]b[07,01-05,03-06,9]-x");
    EXPECT_EQ(NameTerm::parse("b[0-999999999]")->numbers(), (Intervals{{{0, 999'999'999}}}));
    EXPECT_EQ(NameTerm::parse("head")->numbers(), Intervals{});
}

TEST(MatchTerm, RefusesBillionsAtOnce) {
    EXPECT_EQ(error_of("b[1-999999999]"), "there is no b999999999: blade is b1 to b2408");
    EXPECT_EQ(error_of("s[1-999999999]c[1-999999999]b[1-999999999]"),
              "there is no s999999999: server is 1 to 43");
    EXPECT_EQ(error_of("s[44-999999999]"), "there is no s44: server is 1 to 43");
    EXPECT_EQ(error_of("s[0-3]"), "there is no s00: server is 1 to 43");
    EXPECT_EQ(error_of("s1c[2-9]"), "there is no c9: chassis is 1 to 4");
}

TEST(MatchTerm, SaysWhatNamesLookLike) {
    EXPECT_EQ(
        error_of("x[1-3]"),
        "there is no 'x[1-3]' (names look like s01 or s1, s01c1mm or mm1, s01c1b01 or b1, head)");
    EXPECT_EQ(error_of("s01c1", ComponentRole::server),
              "no component with the role server is in 's01c1'");
}

TEST(MatchTerm, KnowsPlacesFromComponents) {
    const Taxonomy taxonomy = sample::blade_taxonomy();
    const auto matched = [&](const char* text, std::optional<ComponentRole> below) {
        return *match_term(*NameTerm::parse(text), taxonomy, below);
    };
    const TermMatch blades = matched("s01", ComponentRole::blade);
    EXPECT_TRUE(blades.is_node);
    EXPECT_EQ(blades.depth, 1U);
    EXPECT_EQ(blades.positions.size(), 56U);
    EXPECT_EQ(blades.positions.front(), (Position{sample::blade, 1}));
    const TermMatch server = matched("s01", ComponentRole::server);
    EXPECT_FALSE(server.is_node);
    EXPECT_EQ(server.positions, (std::vector<Position>{{sample::server, 1}}));
    const TermMatch everything = matched("s01", {});
    EXPECT_TRUE(everything.is_node);
    EXPECT_EQ(everything.positions.size(), 1U + 4 + 56);
    EXPECT_TRUE(std::is_sorted(everything.positions.begin(), everything.positions.end()));
    EXPECT_EQ(matched("s01", ComponentRole::management_module).positions.size(), 4U);
    EXPECT_EQ(matched("s01", ComponentRole::other).positions, server.positions);
    const TermMatch linear = matched("b[1-28]", ComponentRole::blade);
    EXPECT_FALSE(linear.is_node);
    EXPECT_EQ(linear.depth, 3U);
    EXPECT_EQ(matched("head", ComponentRole::blade).depth, 0U);
    EXPECT_EQ(matched("mm90", ComponentRole::blade).positions,
              (std::vector{*taxonomy.find("s23c2mm")}));
}

}  // namespace
}  // namespace dim::cluster
