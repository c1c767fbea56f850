#include "libdim/cluster/names/fold_names.hpp"
#include "libdim/cluster/names/sample_taxonomy.hpp"
#include "libdim/cluster/names/select_components.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

/// The sample hierarchy without s43c4b13 and s43c4b14, the group gpu = s01c[1-2], types by chassis
/// and no other attribute.
class SelectComponentsTest : public ::testing::Test {
protected:
    SelectComponentsTest() {
        for (std::uint32_t number = 1; number <= 2406; ++number)
            blades_.push_back({sample::blade, number});
        gpu_.assign(blades_.begin(), blades_.begin() + 28);
    }

    static std::string type_of(Position position) {
        return position.number > 28 && position.number <= 56 ? "js21" : "js20";
    }

    Result<std::vector<Position>>
    select(std::string_view text, std::optional<ComponentRole> below = ComponentRole::blade) const {
        DIM_TRY(const ComponentRange range, ComponentRange::parse(text));
        return select_components(
            range,
            {taxonomy_,
             [](Position each) { return each.kind != sample::blade || each.number <= 2406; },
             [this] { return blades_; },
             [this](std::string_view name) { return name == "gpu" ? &gpu_ : nullptr; },
             [](Position each, std::string_view attribute, std::string_view value) -> Result<bool> {
                 if (attribute != "type") {
                     return fail(ErrorCode::not_found, "no attribute " + std::string(attribute));
                 }
                 return type_of(each) == value;
             },
             below});
    }

    std::string selected(std::string_view text,
                         std::optional<ComponentRole> below = ComponentRole::blade) const {
        const auto positions = select(text, below);
        return positions ? fold_names(taxonomy_, *positions)
                         : "error: " + to_string(positions.error());
    }

    Taxonomy taxonomy_ = sample::blade_taxonomy();
    std::vector<Position> blades_;
    std::vector<Position> gpu_;
};

TEST_F(SelectComponentsTest, MatchingNothingIsAnError) {
    const std::string nothing = "error: the range matches no component (try parts of it with 'dim "
                                "cluster names'; --role any finds more than blades)";
    EXPECT_EQ(selected("s01@s02"), nothing);
    EXPECT_EQ(selected("s01,-s01"), nothing);
    EXPECT_EQ(selected("type=js99"), nothing);
    EXPECT_EQ(selected("s43c4b[13-14]"), nothing);
    EXPECT_EQ(selected("all,-all"), nothing);
}

TEST_F(SelectComponentsTest, AbsentComponentsAreRefusedByNameOnly) {
    const std::string absent = "' is absent (see <absent> in the cluster definition)";
    EXPECT_EQ(selected("s43c4b13"), "error: 's43c4b13" + absent);
    EXPECT_EQ(selected("b2407"), "error: 'b2407" + absent);
    EXPECT_EQ(selected("s01,-b2408"), "error: 'b2408" + absent);
    EXPECT_EQ(selected("s43c4"), "s43c4b[01-12]");
    EXPECT_EQ(selected("s43c4b[11-14]"), "s43c4b[11-12]");
    EXPECT_EQ(selected("b[2405-2408]"), "s43c4b[11-12]");
}

TEST_F(SelectComponentsTest, RefusesUnknownNames) {
    EXPECT_TRUE(selected("s01,gpus").starts_with("error: there is no 'gpus' (names look like "));
    EXPECT_EQ(selected("colour=red"), "error: no attribute colour");
    EXPECT_EQ(selected("s01@colour!=red"), "error: no attribute colour");
    EXPECT_EQ(selected("s[1-999999999]c[1-999999999]"),
              "error: there is no s999999999: server is 1 to 43");
}

TEST_F(SelectComponentsTest, Selects) {
    EXPECT_EQ(selected("s01c[1-4]b[01-14]"), "s01c[1-4]b[01-14]");
    EXPECT_EQ(selected("b[1-28]"), "s01c[1-2]b[01-14]");
    EXPECT_EQ(selected("s01"), "s01c[1-4]b[01-14]");
    EXPECT_EQ(selected("s01", ComponentRole::server), "s01");
    EXPECT_EQ(selected("s01", {}), "s01,s01c[1-4]mm,s01c[1-4]b[01-14]");
    EXPECT_EQ(selected("s[1-43]"), "s[01-42]c[1-4]b[01-14],s43c[1-3]b[01-14],s43c4b[01-12]");
    EXPECT_EQ(selected("all"), selected("s[1-43]"));
    EXPECT_EQ(selected("s02c1b01 b1,b1"), "s[01-02]c1b01");
    EXPECT_EQ(selected("mm90"), "s23c2mm");
    EXPECT_EQ(selected("s01c[1-4]b[01-14],-s01c1b03,-s01c[2-4]"), "s01c1b[01-02,04-14]");
    EXPECT_EQ(selected("s01,-s01c1b03,s01c1b03"), "s01c[1-4]b[01-14]");
    EXPECT_EQ(selected("gpu"), "s01c[1-2]b[01-14]");
    EXPECT_EQ(selected("gpu@s01c1"), "s01c1b[01-14]");
    EXPECT_EQ(selected("gpu@b[1-3]@b[2-9]"), "s01c1b[02-03]");
    EXPECT_EQ(selected("s01,-gpu"), "s01c[3-4]b[01-14]");
    EXPECT_EQ(selected("type=js21"), "s01c[3-4]b[01-14]");
    EXPECT_EQ(selected("s01@type!=js21"), "s01c[1-2]b[01-14]");
    EXPECT_EQ(selected("type=js21@s01c3"), "s01c3b[01-14]");
    EXPECT_EQ(selected("s01,-type=js21"), "s01c[1-2]b[01-14]");
    EXPECT_EQ(selected("s01,-gpu@b1"), "s01c1b[02-14],s01c[2-4]b[01-14]");
}

TEST_F(SelectComponentsTest, TakesThousandsOfNames) {
    std::string names = "b1";
    std::string exclusions = "all";
    for (int number = 2; number <= 2406; ++number) {
        names += ",b" + std::to_string(number);
        exclusions += ",-b" + std::to_string(number);
    }
    EXPECT_EQ(selected(names), selected("all"));
    EXPECT_EQ(selected(exclusions), "s01c1b01");
}

TEST_F(SelectComponentsTest, EndsInBoundedTime) {
    const auto begin = std::chrono::steady_clock::now();
    for (const char* piece : {"all,-all,", "s[1-43],", "type=js21@all,"}) {
        std::string text;
        while (text.size() + 10 < ComponentRange::kLengthLimit)
            text += piece;
        text.pop_back();
        const auto positions = select(text);
        ASSERT_FALSE(positions) << piece;
        EXPECT_EQ(positions.error().code(), ErrorCode::limit_exceeded) << piece;
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

}  // namespace
}  // namespace dim::cluster
