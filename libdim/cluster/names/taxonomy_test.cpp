#include "libdim/cluster/names/sample_taxonomy.hpp"
#include "libdim/cluster/names/taxonomy.hpp"

#include <unordered_set>

#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

using sample::blade_kinds;
using sample::blade_levels;
using sample::component_name;
using Where = TaxonomyFault::Where;

std::string fault_of(std::vector<Level> levels, std::vector<ComponentKind> kinds) {
    const auto taxonomy = Taxonomy::create(std::move(levels), std::move(kinds));
    return taxonomy ? "none" : to_string(taxonomy.error().error);
}

std::string level_fault(std::size_t index, const Level& level) {
    std::vector<Level> levels = blade_levels();
    levels[index] = level;
    const auto taxonomy = Taxonomy::create(levels, {});
    if (taxonomy) return "none";
    EXPECT_EQ(taxonomy.error().where, Where::level);
    EXPECT_EQ(taxonomy.error().index, index);
    EXPECT_FALSE(taxonomy.error().error.cure().empty());
    return taxonomy.error().error.message();
}

std::string kind_fault(ComponentKind kind) {
    std::vector<ComponentKind> kinds = blade_kinds();
    kinds.push_back(std::move(kind));
    const auto taxonomy = Taxonomy::create(blade_levels(), kinds);
    if (taxonomy) return "none";
    EXPECT_EQ(taxonomy.error().where, Where::kind);
    EXPECT_FALSE(taxonomy.error().error.cure().empty());
    return taxonomy.error().error.message();
}

TEST(Taxonomy, RefusesLevels) {
    EXPECT_EQ(level_fault(1, {"2c", "c", 1, 1, 4, 0}), "level '2c' is no name for a level");
    EXPECT_NE(level_fault(1, {"", "c", 1, 1, 4, 0}), "none");
    EXPECT_NE(level_fault(1, {"number", "c", 1, 1, 4, 0}), "none");
    EXPECT_EQ(level_fault(1, {"server", "c", 1, 1, 4, 0}), "there are two levels 'server'");
    EXPECT_EQ(level_fault(1, {"chassis", "", 1, 1, 4, 0}), "level 'chassis' has the symbol ''");
    for (const char* symbol : {"C", "c1", "-c", "c_", "c#", "ä"}) {
        EXPECT_NE(level_fault(1, {"chassis", symbol, 1, 1, 4, 0}), "none") << symbol;
    }
    EXPECT_EQ(level_fault(1, {"chassis", "c", 0, 1, 4, 0}), "level 'chassis' has the width 0");
    EXPECT_NE(level_fault(1, {"chassis", "c", 10, 1, 4, 0}), "none");
    EXPECT_EQ(level_fault(1, {"chassis", "c", 1, 5, 4, 0}), "level 'chassis' goes from 5 to 4");
    EXPECT_NE(level_fault(1, {"chassis", "c", 1, 1, 1'000'000'000, 0}), "none");
    EXPECT_NE(level_fault(1, {"chassis", "c", 1, 1, 4, 1}), "none");
    EXPECT_NE(level_fault(1, {"chassis", "c", 1, 1, 4, 7}), "none");
    EXPECT_NE(level_fault(1, {"rack", "s", 1, 1, 4, {}}), "none");
}

TEST(Taxonomy, IsBounded) {
    std::vector<Level> deep;
    for (std::size_t i = 0; i <= Taxonomy::kDepthLimit; ++i) {
        deep.push_back(
            {"l" + std::to_string(i), "l", 1, 1, 1, i == 0 ? std::optional<std::size_t>{} : i - 1});
    }
    EXPECT_EQ(fault_of(deep, {}),
              "level 'l8' is more than 8 deep (use fewer levels inside each other)");
    deep.pop_back();
    EXPECT_EQ(fault_of(deep, {}), "none");
    std::vector<Level> many;
    std::vector<ComponentKind> kinds;
    for (std::size_t i = 0; i <= Taxonomy::kLevelsLimit; ++i) {
        const std::string name(i + 1, 'a');
        many.push_back({name, name, 1, 1, 1, {}});
        kinds.push_back({component_name(name.c_str()), ComponentRole::other});
    }
    EXPECT_NE(fault_of(many, {}), "none");
    EXPECT_NE(fault_of({}, kinds), "none");
    many.pop_back();
    kinds.pop_back();
    EXPECT_EQ(fault_of(many, {}), "none");
    EXPECT_EQ(fault_of({}, kinds), "none");
    // Nine digits in each of three levels do not overflow.
    const std::uint32_t most = 999'999'999;
    EXPECT_EQ(
        fault_of({{"a", "a", 1, 0, most, {}}, {"b", "b", 1, 0, most, 0}, {"c", "c", 1, 0, most, 1}},
                 {{component_name("x"), ComponentRole::blade, 2}}),
        "with component 'x' there are more than 1000000 places (shorten the ranges of its levels)");
    EXPECT_EQ(fault_of({{"a", "a", 1, 1, 1'000'000, {}}},
                       {{component_name("x"), ComponentRole::blade, 0}}),
              "none");
}

TEST(Taxonomy, RefusesPatterns) {
    const auto pattern_fault = [](const char* pattern) {
        return kind_fault({component_name("fan"), ComponentRole::other, 1, pattern});
    };
    EXPECT_EQ(pattern_fault("s{server}{chassis}fan"),
              "component 'fan': pattern 's{server}{chassis}fan' has no letter before '{chassis}'");
    EXPECT_EQ(
        pattern_fault("c{chassis}s{server}fan"),
        "component 'fan': pattern 'c{chassis}s{server}fan' has 'chassis' where it needs 'server'");
    EXPECT_EQ(pattern_fault("s{server}fan"),
              "component 'fan': pattern 's{server}fan' lacks the level 'chassis'");
    EXPECT_EQ(
        pattern_fault("s{server}c{chassis}b{blade}"),
        "component 'fan': pattern 's{server}c{chassis}b{blade}' has 'blade' where it needs no "
        "level");
    for (const char* pattern :
         {"{server}c{chassis}fan", "s{server}c{chassis}fan1", "s{server}c{chassis}fan-",
          "s{server}c{chassis", "-s{server}c{chassis}fan", "s{server}c{chassis}FAN",
          "s{server}c{server}fan", "fan"}) {
        EXPECT_NE(pattern_fault(pattern), "none") << pattern;
    }
    EXPECT_EQ(pattern_fault("s{server}c{chassis}-fan"), "none");
    EXPECT_NE(kind_fault({component_name("fan"), ComponentRole::other, {}, "fan{server}"}), "none");
    EXPECT_NE(kind_fault({component_name("fan"), ComponentRole::other, {}, "", "fan"}), "none");
    EXPECT_NE(kind_fault({component_name("fan1"), ComponentRole::other}), "none");
    EXPECT_NE(kind_fault({component_name("fan"), ComponentRole::other, 9}), "none");
    EXPECT_NE(kind_fault(
                  {component_name("fan"), ComponentRole::other, 1, "s{server}c{chassis}fan", "f1"}),
              "none");
    const std::string long_pattern = "s{server}c{chassis}" + std::string(60, 'x');
    EXPECT_NE(pattern_fault(long_pattern.c_str()), "none");
}

TEST(Taxonomy, RefusesNamesThatCouldBeMistaken) {
    EXPECT_EQ(kind_fault({component_name("mm"), ComponentRole::other}),
              "there are two of component 'mm'");
    EXPECT_EQ(kind_fault({component_name("fan"), ComponentRole::other, 2}),
              "'s1c1b1' could be one of the names of 'blade' or of the names of 'fan'");
    EXPECT_EQ(
        kind_fault({component_name("fan"), ComponentRole::other, 1, "s{server}c{chassis}fan", "b"}),
        "'b1' could be one of the linear names of 'blade' or of the linear names of 'fan'");
    EXPECT_EQ(kind_fault({component_name("fan"), ComponentRole::other, 0, "b{server}", "fan"}),
              "'b1' could be one of the names of 'fan' or of the linear names of 'blade'");
    EXPECT_EQ(
        kind_fault({component_name("fan"), ComponentRole::other, 1, "s{server}c{chassis}fan", "s"}),
        "'s1' could be one of the names of 'server' or of the linear names of 'fan'");
    EXPECT_EQ(kind_fault({component_name("fan"), ComponentRole::other, {}, "head"}),
              "'head' could be one of the names of 'head' or of the names of 'fan'");
    std::vector<Level> levels = blade_levels();
    levels.push_back({"bench", "b", 1, 1, 2, {}});
    EXPECT_EQ(
        fault_of(levels, blade_kinds()),
        "'b1' could be one of the linear names of 'blade' or of the places of level 'bench' (give "
        "'blade' another linear prefix)");
}

TEST(Taxonomy, NeedsALinearPrefixWhenCountingDoesNotBeginAtOne) {
    const std::vector<Level> levels{{"node", "node", 3, 0, 127, {}}};
    EXPECT_EQ(
        fault_of(levels, {{component_name("node"), ComponentRole::blade, 0}}),
        "'node1' could be one of the names of 'node' or of the linear names of 'node' (give 'node' "
        "another linear prefix)");
    const auto taxonomy =
        Taxonomy::create(levels, {{component_name("node"), ComponentRole::blade, 0, "", "n"}});
    ASSERT_TRUE(taxonomy);
    EXPECT_EQ(taxonomy->name({0, 1}), "node000");
    EXPECT_EQ(taxonomy->linear_name({0, 1}), "n1");
    EXPECT_EQ(taxonomy->find("node0"), (Position{0, 1}));
    EXPECT_EQ(taxonomy->find("n128"), (Position{0, 128}));
    EXPECT_FALSE(taxonomy->find("n0"));
    EXPECT_FALSE(taxonomy->find("node128"));
}

TEST(Taxonomy, SaysWhatComesNearest) {
    const Taxonomy taxonomy = sample::blade_taxonomy();
    const auto error_of = [&](std::string_view name) {
        return to_string(taxonomy.find(name).error());
    };
    EXPECT_EQ(error_of("s44c1b1"), "there is no s44: server is 1 to 43");
    EXPECT_EQ(error_of("s1c5b1"), "there is no c5: chassis is 1 to 4");
    EXPECT_EQ(error_of("s1c1b0"), "there is no b00: blade is 1 to 14");
    EXPECT_EQ(error_of("s1c1b999999999"), "there is no b999999999: blade is 1 to 14");
    EXPECT_EQ(error_of("b2409"), "there is no b2409: blade is b1 to b2408");
    EXPECT_EQ(error_of("mm0"), "there is no mm0: mm is mm1 to mm172");
    const std::string examples =
        " (names look like s01 or s1, s01c1mm or mm1, s01c1b01 or b1, head)";
    EXPECT_EQ(error_of("x1"), "there is no 'x1'" + examples);
    EXPECT_EQ(error_of("s01c1"), "'s01c1' is a place of the hierarchy, no component" + examples);
    for (const char* name : {"", "s", "1", "S1c1b1", "s1c1b1 ", "s1c1b0000000001", "s1 c1b1",
                             "s1c1b", "s#c#b#", "head1", "-1", "s1c-1b1"}) {
        EXPECT_FALSE(taxonomy.find(name)) << name;
    }
    EXPECT_FALSE(taxonomy.find(std::string(100'000, '1')));
    EXPECT_EQ(to_string(Taxonomy().find("b1").error()),
              "there is no 'b1' (the cluster has no components)");
}

TEST(Taxonomy, HasTwoNamesForAPlace) {
    const Taxonomy taxonomy = sample::blade_taxonomy();
    const auto same = [&](std::initializer_list<const char*> names) {
        for (const char* name : names)
            EXPECT_EQ(taxonomy.find(name), taxonomy.find(*names.begin())) << name;
        return taxonomy.name(*taxonomy.find(*names.begin()));
    };
    EXPECT_EQ(same({"s1c1b1", "s01c1b01", "b1", "b0001", "s0001c01b000000001"}), "s01c1b01");
    EXPECT_EQ(same({"s1c2b14", "b28"}), "s01c2b14");
    EXPECT_EQ(same({"s1c1mm", "mm1"}), "s01c1mm");
    EXPECT_EQ(same({"s23c2mm", "mm90"}), "s23c2mm");
    EXPECT_EQ(same({"s43", "s043"}), "s43");
    EXPECT_EQ(taxonomy.linear_name(*taxonomy.find("s01c2b14")), "b28");
    EXPECT_EQ(taxonomy.linear_name(*taxonomy.find("head")), "head");
    EXPECT_EQ(taxonomy.find("head"), (Position{sample::head, 1}));
}

/// Every place has two names that lead back to it, padded or not, and no name leads elsewhere.
void expect_bijection(const Taxonomy& taxonomy) {
    std::unordered_set<std::string> names;
    std::size_t places = 0;
    for (std::uint32_t kind = 0; kind < taxonomy.kinds().size(); ++kind) {
        for (std::uint32_t number = 1; number <= taxonomy.places_of(kind); ++number) {
            const Position position{kind, number};
            const std::string name = taxonomy.name(position);
            const std::string linear = taxonomy.linear_name(position);
            ++places;
            EXPECT_TRUE(names.insert(name).second) << name;
            EXPECT_TRUE(linear == name || names.insert(linear).second) << linear;
            EXPECT_EQ(taxonomy.find(name), position) << name;
            EXPECT_EQ(taxonomy.find(linear), position) << linear;
            EXPECT_EQ(taxonomy.at(kind, taxonomy.coordinates(position)), position) << name;
            std::string bare;
            std::string padded;
            for (std::size_t i = 0; i < name.size(); ++i) {
                const bool begins = std::isdigit(name[i]) && (i == 0 || !std::isdigit(name[i - 1]));
                const bool is_leading_zero = name[i] == '0' &&
                                             !std::isdigit(bare.empty() ? 'x' : bare.back()) &&
                                             i + 1 < name.size() && std::isdigit(name[i + 1]);
                if (!is_leading_zero) bare += name[i];
                padded += (begins ? "00" : "") + std::string(1, name[i]);
            }
            EXPECT_EQ(taxonomy.find(bare), position) << bare;
            EXPECT_EQ(taxonomy.find(padded), position) << padded;
        }
        EXPECT_FALSE(taxonomy.at(kind, std::vector<std::uint32_t>(9, 1)));
    }
    EXPECT_GT(places, 0U);
}

TEST(Taxonomy, IsABijection) {
    expect_bijection(sample::blade_taxonomy());
    expect_bijection(sample::flat_taxonomy());
    // Counting from elsewhere, siblings, other letters than the levels' symbols.
    const auto rows = Taxonomy::create(
        {{"row", "row", 1, 0, 9, {}},
         {"rack", "r", 2, 0, 11, 0},
         {"node", "n", 3, 7, 31, 1},
         {"pdu", "p", 1, 1, 2, 1}},
        {{component_name("node"), ComponentRole::blade, 2, "row{row}-r{rack}-n{node}-x", "node"},
         {component_name("pdu"), ComponentRole::other, 3},
         {component_name("switch"), ComponentRole::other, 1, "row{row}-sw{rack}", ""}});
    ASSERT_TRUE(rows) << to_string(rows.error().error);
    expect_bijection(*rows);
}

TEST(Taxonomy, FillsInDefaults) {
    const Taxonomy taxonomy = sample::blade_taxonomy();
    EXPECT_EQ(taxonomy.kinds()[sample::blade].pattern, "s{server}c{chassis}b{blade}");
    EXPECT_EQ(taxonomy.kinds()[sample::blade].linear, "b");
    EXPECT_EQ(taxonomy.kinds()[sample::module].linear, "mm");
    EXPECT_EQ(taxonomy.kinds()[sample::head].pattern, "head");
    EXPECT_EQ(taxonomy.kinds()[sample::head].linear, "");
    EXPECT_EQ(taxonomy, *Taxonomy::create(taxonomy.levels(), taxonomy.kinds()));
    EXPECT_NE(taxonomy, sample::flat_taxonomy());
}

TEST(Taxonomy, GivesValuesToExpressions) {
    const Taxonomy taxonomy = sample::blade_taxonomy();
    using Values = std::vector<std::optional<std::int64_t>>;
    EXPECT_EQ(taxonomy.variables(),
              (std::vector<std::string>{"server", "chassis", "blade", "number"}));
    EXPECT_EQ(taxonomy.values(*taxonomy.find("s2c3b4")), (Values{2, 3, 4, 88}));
    EXPECT_EQ(taxonomy.values(*taxonomy.find("mm90")), (Values{23, 2, {}, 90}));
    EXPECT_EQ(taxonomy.values(*taxonomy.find("head")), (Values{{}, {}, {}, 1}));
    EXPECT_EQ(taxonomy.values(*taxonomy.find("head"), *taxonomy.find("s5")),
              (Values{5, {}, {}, 1}));
    EXPECT_EQ(taxonomy.values(*taxonomy.find("s2c3b4"), *taxonomy.find("s5")),
              (Values{2, 3, 4, 88}));
}

TEST(ComponentRole, RoundTrips) {
    using enum ComponentRole;
    for (const ComponentRole role : {blade, server, management_module, other}) {
        EXPECT_EQ(parse_component_role(to_string(role)), role);
    }
    EXPECT_FALSE(parse_component_role("mm"));
}

}  // namespace
}  // namespace dim::cluster
