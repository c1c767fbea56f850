#include "tools/output/difference_text.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

TEST(DifferenceText, NoneIsSaid) { EXPECT_EQ(difference_text(to_message({})), "no difference\n"); }

TEST(DifferenceText, EveryKindHasItsSign) {
    using Kind = cluster::DefinitionChange::Kind;
    const auto message = to_message(
        {.changes = {{Kind::added, "s02c1b[01-14]", 14, "type js20"},
                     {Kind::removed, "network old", 0, ""},
                     {Kind::changed, "s01c1b01", 1, "server s01 → s02"}},
         .blades = 15,
         .servers = {*model::ComponentName::parse("s01"), *model::ComponentName::parse("s02")}});
    EXPECT_EQ(message.base, 0U);
    EXPECT_EQ(difference_text(message), "+ s02c1b[01-14] (14): type js20\n"
                                        "- network old\n"
                                        "~ s01c1b01: server s01 → s02\n"
                                        "15 blades, 2 servers: s01 s02\n");
}

TEST(DifferenceText, ManyServersAreNotAllNamed) {
    api::ClusterDifference message{.base = 1,
                                   .changes = {{"changed", "the cluster", 0, "x"}},
                                   .blades = 9,
                                   .servers = {},
                                   .reloads = {}};
    for (int number = 1; number <= 9; ++number)
        message.servers.push_back(*model::ComponentName::parse("s" + std::to_string(number)));
    EXPECT_EQ(difference_text(message), "~ the cluster: x\n9 blades, 9 servers: s1 s2 s3 … s9\n");
}

TEST(DifferenceText, WarnsAfterWhatItIsAbout) {
    api::ClusterDifference message{.base = 1,
                                   .changes = {{"removed", "s01c1b02", 1, "blade"}},
                                   .blades = 1,
                                   .servers = {},
                                   .reloads = {},
                                   .warnings = {"s01c1b02: up now"}};
    EXPECT_TRUE(difference_text(message).ends_with("1 blade\nwarning: s01c1b02: up now\n"))
        << difference_text(message);
}

}  // namespace
}  // namespace dim::tool
