#include "tools/nearest_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<std::string> kWords{"import", "list",  "create", "delete",
                                      "--all",  "image", "nfs"};

TEST(NearestWords, WhatIsFarAwayIsNotMeant) {
    for (const std::string word : {"", "-", "x", "frobnicate", "dns", "ls", "s01c1b01", "i"})
        EXPECT_THAT(nearest_words(word, kWords), IsEmpty()) << word;
    EXPECT_THAT(nearest_words(std::string(100'000, 'l'), kWords), IsEmpty());
    EXPECT_THAT(nearest_words("list", {}), IsEmpty());
}

TEST(NearestWords, OneSlipIsMeant) {
    EXPECT_THAT(nearest_words("imge", kWords), ElementsAre("image"));
    EXPECT_THAT(nearest_words("lst", kWords), ElementsAre("list"));
    EXPECT_THAT(nearest_words("LIST", kWords), ElementsAre("list"));
    EXPECT_THAT(nearest_words("craete", kWords), ElementsAre("create"));
    EXPECT_THAT(nearest_words("img", kWords), ElementsAre("image"));
    const std::vector<std::string> opposites{"unassign", "assign"};
    EXPECT_THAT(nearest_words("asign", opposites), ElementsAre("assign"));
}

TEST(NearestWords, ABeginningIsMeant) {
    EXPECT_THAT(nearest_words("del", kWords), ElementsAre("delete"));
    EXPECT_THAT(nearest_words("im", kWords), ElementsAre("import", "image"));
}

TEST(NearestWords, DashesInFrontDoNotCount) {
    EXPECT_THAT(nearest_words("--al", kWords), ElementsAre("--all"));
    EXPECT_THAT(nearest_words("-all", kWords), ElementsAre("--all"));
    EXPECT_THAT(nearest_words("all", kWords), ElementsAre("--all"));
}

TEST(NearestWords, TheNearestIsFirstEachIsToldOnceAndThereAreFour) {
    const std::vector<std::string> many{"showed", "shox", "show", "show", "shows", "sho", "shw"};
    EXPECT_THAT(nearest_words("show", many), ElementsAre("show", "showed", "shox", "shows"));
}

TEST(DidYouMean, ReadsLikeASentence) {
    EXPECT_EQ(did_you_mean("dim ", {}), "");
    EXPECT_EQ(did_you_mean("dim ", std::vector<std::string>{"a"}), "did you mean 'dim a'?");
    EXPECT_EQ(did_you_mean("", std::vector<std::string>{"a", "b", "c"}),
              "did you mean 'a', 'b' or 'c'?");
}

}  // namespace
}  // namespace dim::tool
