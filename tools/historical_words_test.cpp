#include "tools/historical_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::ElementsAre;
using Words = std::vector<std::string>;

TEST(HistoricalWords, WhatIsWrongStaysWrong) {
    EXPECT_THAT(historical_words("image", {}), ElementsAre("image"));
    EXPECT_THAT(historical_words("sync_image", {"granite", "s01"}),
                ElementsAre("sync", "image", "granite", "s01"));
    EXPECT_THAT(historical_words("image", {"create"}), ElementsAre("blade", "create"));
    EXPECT_THAT(historical_words("image", {"create", "granite"}),
                ElementsAre("blade", "create", "granite"));
    EXPECT_THAT(historical_words("nfs", {"export", "granite", "s01", "--all"}),
                ElementsAre("nfs", "export", "s01", "--all", "granite"));
    EXPECT_THAT(historical_words("dhcp", {"unassign", "s01", "--all"}),
                ElementsAre("dhcp", "unassign", "s01", "--all"));
    EXPECT_THAT(historical_words("image", {"--socket"}), ElementsAre("image", "--socket"));
    EXPECT_THAT(historical_words("image", {"frobnicate", "x"}),
                ElementsAre("image", "frobnicate", "x"));
}

TEST(HistoricalWords, TheImageStoodBeforeTheBlades) {
    EXPECT_THAT(historical_words("image", {"create", "granite", "s01c1b01", "s01c1b02"}),
                ElementsAre("blade", "create", "s01c1b01", "s01c1b02", "granite"));
    EXPECT_THAT(historical_words("image", {"delete", "granite", "s01c1b01", "-y"}),
                ElementsAre("blade", "delete", "s01c1b01", "-y", "granite"));
    EXPECT_THAT(historical_words("nfs", {"export", "granite", "s01", "--", "-s01c1b03"}),
                ElementsAre("nfs", "export", "s01", "--", "-s01c1b03", "granite"));
    EXPECT_THAT(historical_words("nfs", {"unexport", "--", "granite", "s01"}),
                ElementsAre("nfs", "unexport", "--", "s01", "granite"));
    EXPECT_THAT(historical_words("image", {"--socket", "x", "create", "--json", "granite", "b1"}),
                ElementsAre("blade", "--socket", "x", "create", "--json", "b1", "granite"));
}

TEST(HistoricalWords, AllWasAnOption) {
    EXPECT_THAT(historical_words("image", {"create", "granite", "--all", "--yes"}),
                ElementsAre("blade", "create", "all", "--yes", "granite"));
    EXPECT_THAT(historical_words("nfs", {"export", "--all", "granite"}),
                ElementsAre("nfs", "export", "all", "granite"));
    EXPECT_THAT(historical_words("dhcp", {"assign", "--all", "granite"}),
                ElementsAre("dhcp", "assign", "all", "granite"));
    EXPECT_THAT(historical_words("dhcp", {"unassign", "--all"}),
                ElementsAre("dhcp", "unassign", "all"));
}

TEST(HistoricalWords, BladeImagesWereImages) {
    EXPECT_THAT(historical_words("image", {"list", "--blades", "--json"}),
                ElementsAre("blade", "list", "--json"));
    EXPECT_THAT(historical_words("image", {"list"}), ElementsAre("image", "list"));
    EXPECT_THAT(historical_words("image", {"adopt", "granite", "--arch", "ppc64"}),
                ElementsAre("image", "adopt", "granite", "--arch", "ppc64"));
    EXPECT_THAT(historical_words("image", {"adopt", "--list"}),
                ElementsAre("image", "adopt", "--list"));
    EXPECT_THAT(historical_words("image", {"adopt", "granite", "b1"}),
                ElementsAre("blade", "adopt", "b1", "granite"));
    EXPECT_THAT(historical_words("image", {"help", "create"}),
                ElementsAre("blade", "help", "create"));
}

TEST(HistoricalWords, WhatMeansTheSameStays) {
    EXPECT_THAT(historical_words("dhcp", {"assign", "s01c1b01", "granite"}),
                ElementsAre("dhcp", "assign", "s01c1b01", "granite"));
    EXPECT_THAT(historical_words("nfs", {"show"}), ElementsAre("nfs", "show"));
    EXPECT_THAT(historical_words("buildzimage", {"granite"}),
                ElementsAre("buildzimage", "granite"));
}

}  // namespace
}  // namespace dim::tool
