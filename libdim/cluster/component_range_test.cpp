#include "libdim/cluster/component_range.hpp"
#include "libdim/cluster/sample_taxonomy.hpp"

#include <algorithm>
#include <chrono>

#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

/// The sample hierarchy without s43c4b13 and s43c4b14, the group gpu = s01c[1-2], types by chassis
/// and no other attribute.
class ComponentRangeTest : public testing::Test {
protected:
    ComponentRangeTest() {
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

TEST(ComponentRange, RefusesOtherTexts) {
    for (const char* text : {"",
                             " ",
                             ",",
                             "s01,",
                             ",s01",
                             "s01,,s02",
                             "s01 , , s02",
                             "@",
                             "s01@",
                             "@s01",
                             "s01@@s02",
                             "-",
                             "s01,-",
                             "s01,--s02",
                             "=x",
                             "type=",
                             "!=x",
                             "ty pe=",
                             "s[1,2",
                             "s01;s02",
                             "$(reboot)",
                             "@/etc/passwd",
                             "`id`",
                             "s01|s02"}) {
        EXPECT_FALSE(ComponentRange::parse(text)) << text;
    }
    EXPECT_EQ(to_string(ComponentRange::parse("-s01").error()),
              "'-s01' takes away, but nothing stands before it (write all,-s01)");
    EXPECT_EQ(to_string(ComponentRange::parse("s01,,s02").error()),
              "a name is missing at ',' in 's01,,s02' (write it like s01,s02)");
}

TEST(ComponentRange, IsBounded) {
    EXPECT_EQ(
        ComponentRange::parse(std::string(ComponentRange::kLengthLimit + 1, 'a')).error().code(),
        ErrorCode::limit_exceeded);
    std::string many = "a";
    for (std::size_t i = 1; i < ComponentRange::kOperandsLimit; ++i)
        many += "@a";
    EXPECT_TRUE(ComponentRange::parse(many));
    EXPECT_EQ(ComponentRange::parse(many + "@a").error().code(), ErrorCode::limit_exceeded);
}

TEST(ComponentRange, ReadsSteps) {
    const auto range = ComponentRange::parse("s01c[1,3]b1 gpu@s01\n,\t-type!=js21  all");
    ASSERT_TRUE(range) << to_string(range.error());
    ASSERT_EQ(range->steps().size(), 4U);
    EXPECT_EQ(std::get<NameTerm>(range->steps()[0].intersection[0]).text(), "s01c[1,3]b1");
    EXPECT_EQ(range->steps()[1].intersection.size(), 2U);
    EXPECT_TRUE(range->steps()[2].is_exclusion);
    const auto& attribute = std::get<ComponentRange::Attribute>(range->steps()[2].intersection[0]);
    EXPECT_EQ(attribute.name, "type");
    EXPECT_EQ(attribute.value, "js21");
    EXPECT_TRUE(attribute.is_negated);
    EXPECT_TRUE(std::holds_alternative<ComponentRange::All>(range->steps()[3].intersection[0]));
    const auto dash = ComponentRange::parse("rack-a1,x=a=b");
    ASSERT_TRUE(dash);
    EXPECT_EQ(dash->steps().size(), 2U);
    EXPECT_EQ(std::get<ComponentRange::Attribute>(dash->steps()[1].intersection[0]).value, "a=b");
}

TEST_F(ComponentRangeTest, MatchingNothingIsAnError) {
    const std::string nothing = "error: the range matches no component (try parts of it with 'dim "
                                "cluster names'; --role any finds more than blades)";
    EXPECT_EQ(selected("s01@s02"), nothing);
    EXPECT_EQ(selected("s01,-s01"), nothing);
    EXPECT_EQ(selected("type=js99"), nothing);
    EXPECT_EQ(selected("s43c4b[13-14]"), nothing);
    EXPECT_EQ(selected("all,-all"), nothing);
}

TEST_F(ComponentRangeTest, AbsentComponentsAreRefusedByNameOnly) {
    const std::string absent = "' is absent (see <absent> in the cluster definition)";
    EXPECT_EQ(selected("s43c4b13"), "error: 's43c4b13" + absent);
    EXPECT_EQ(selected("b2407"), "error: 'b2407" + absent);
    EXPECT_EQ(selected("s01,-b2408"), "error: 'b2408" + absent);
    EXPECT_EQ(selected("s43c4"), "s43c4b[01-12]");
    EXPECT_EQ(selected("s43c4b[11-14]"), "s43c4b[11-12]");
    EXPECT_EQ(selected("b[2405-2408]"), "s43c4b[11-12]");
}

TEST_F(ComponentRangeTest, RefusesUnknownNames) {
    EXPECT_TRUE(selected("s01,gpus").starts_with("error: there is no 'gpus' (names look like "));
    EXPECT_EQ(selected("colour=red"), "error: no attribute colour");
    EXPECT_EQ(selected("s01@colour!=red"), "error: no attribute colour");
    EXPECT_EQ(selected("s[1-999999999]c[1-999999999]"),
              "error: there is no s999999999: server is 1 to 43");
}

TEST_F(ComponentRangeTest, Selects) {
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

TEST_F(ComponentRangeTest, TakesThousandsOfNames) {
    std::string names = "b1";
    std::string exclusions = "all";
    for (int number = 2; number <= 2406; ++number) {
        names += ",b" + std::to_string(number);
        exclusions += ",-b" + std::to_string(number);
    }
    EXPECT_EQ(selected(names), selected("all"));
    EXPECT_EQ(selected(exclusions), "s01c1b01");
}

TEST_F(ComponentRangeTest, EndsInBoundedTime) {
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
