#include "libdim/cluster/rules/name_rule.hpp"

#include <array>

#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

const std::vector<std::string> kNumbers{"node"};

std::string evaluated(std::string_view text, std::int64_t node) {
    const std::array<std::optional<std::int64_t>, 1> values{node};
    const auto rule = NameRule::parse(text, kNumbers);
    if (!rule) return "refused: " + to_string(rule.error());
    const auto name = rule->evaluate(values);
    return name ? *name : "failed: " + to_string(name.error());
}

TEST(NameRule, RefusesWhatGivesNoName) {
    for (const char* text : {"", "IS1", "is{node", "is}", "is{}", "is{rack}", "is_{node}",
                             "is {node}", "is{{node}}"}) {
        EXPECT_FALSE(NameRule::parse(text, kNumbers)) << text;
    }
    EXPECT_FALSE(NameRule::parse(std::string(NameRule::kLengthLimit + 1, 'a'), kNumbers));
    EXPECT_EQ(evaluated("is{node-5}", 1),
              "failed: name 'is{node-5}' has the number -4, less than 0");
    EXPECT_EQ(evaluated("is{1/(node-1)}", 1),
              "failed: name 'is{1/(node-1)}': a number is divided by 0");
}

TEST(NameRule, Evaluates) {
    EXPECT_EQ(evaluated("is{(node-1)/128+1}", 128), "is1");
    EXPECT_EQ(evaluated("is{(node-1)/128+1}", 129), "is2");
    EXPECT_EQ(evaluated("rack{node/10}-is{node%10}-a", 42), "rack4-is2-a");
    EXPECT_EQ(evaluated("s01", 42), "s01");
}

}  // namespace
}  // namespace dim::cluster
