#include "libdim/cluster/names/fold_names.hpp"
#include "libdim/cluster/names/name_term.hpp"
#include "libdim/cluster/names/sample_taxonomy.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

std::string folded(std::string_view text, std::optional<ComponentRole> below = ComponentRole::blade,
                   const Taxonomy& taxonomy = sample::blade_taxonomy()) {
    return fold_names(taxonomy, match_term(*NameTerm::parse(text), taxonomy, below)->positions);
}

TEST(FoldNames, MergesToRectangles) {
    EXPECT_EQ(folded("s01c[1-4]b[01-14]"), "s01c[1-4]b[01-14]");
    EXPECT_EQ(folded("b[1-28]"), "s01c[1-2]b[01-14]");
    EXPECT_EQ(folded("b[13-17]"), "s01c1b[13-14],s01c2b[01-03]");
    EXPECT_EQ(folded("s[1-43]"), "s[01-43]c[1-4]b[01-14]");
    EXPECT_EQ(folded("s1c1b[1,3,5-7]"), "s01c1b[01,03,05-07]");
    EXPECT_EQ(folded("s[2,4]c1b3"), "s[02,04]c1b03");
    EXPECT_EQ(folded("s01", {}), "s01,s01c[1-4]mm,s01c[1-4]b[01-14]");
    EXPECT_EQ(folded("head"), "head");
    EXPECT_EQ(folded("node[1-128]", ComponentRole::blade, sample::flat_taxonomy()), "node[1-128]");
    EXPECT_EQ(fold_names(sample::blade_taxonomy(), {}), "");
}

TEST(FoldNames, WritesMareNostrumShort) {
    const Taxonomy taxonomy = sample::blade_taxonomy();
    auto positions =
        match_term(*NameTerm::parse("s[1-43]"), taxonomy, ComponentRole::blade)->positions;
    std::erase(positions, *taxonomy.find("s43c4b13"));
    std::erase(positions, *taxonomy.find("s43c4b14"));
    ASSERT_EQ(positions.size(), 2406U);
    std::shuffle(positions.begin(), positions.end(), std::minstd_rand(7));
    EXPECT_EQ(fold_names(taxonomy, positions),
              "s[01-42]c[1-4]b[01-14],s43c[1-3]b[01-14],s43c4b[01-12]");
}

TEST(FoldNames, SplitsWhatOneTermCannotHold) {
    const Taxonomy taxonomy =
        *Taxonomy::create({{"node", "n", 1, 1, 1000, {}}},
                          {{sample::component_name("node"), ComponentRole::blade, 0}});
    std::vector<Position> odd;
    for (std::uint32_t number = 1; number <= 1000; number += 2)
        odd.push_back({0, number});
    std::vector<Position> again;
    std::string_view rest;
    const std::string text = fold_names(taxonomy, odd);
    std::size_t terms = 0;
    for (rest = text; !rest.empty(); ++terms) {
        const std::size_t end = rest.find(']') + 1;
        const auto term = NameTerm::parse(rest.substr(0, end));
        ASSERT_TRUE(term) << to_string(term.error());
        const auto match = *match_term(*term, taxonomy, ComponentRole::blade);
        again.insert(again.end(), match.positions.begin(), match.positions.end());
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    EXPECT_EQ(again, odd);
    EXPECT_EQ(terms, (500 + NameTerm::kIntervalsLimit - 1) / NameTerm::kIntervalsLimit);
}

}  // namespace
}  // namespace dim::cluster
