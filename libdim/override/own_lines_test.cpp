#include "libdim/override/own_lines.hpp"

#include <gtest/gtest.h>

namespace dim::overrides {
namespace {

constexpr std::string_view kTwoLines = "one\ntwo";

TEST(OwnLines, ComeAtTheBeginningAndGoWithoutATrace) {
    const std::string made = with_own_lines(kTwoLines, "own\n");
    EXPECT_TRUE(made.ends_with("\nown\n# DIM end\none\ntwo")) << made;
    EXPECT_EQ(without_own_lines(made), kTwoLines);
}

TEST(OwnLines, TakeThePlaceOfThoseBefore) {
    const std::string made = with_own_lines(kTwoLines, "own\n");
    EXPECT_EQ(with_own_lines(made, "own\n"), made);
    EXPECT_EQ(with_own_lines(made, "other\n"), with_own_lines(kTwoLines, "other\n"));
}

TEST(OwnLines, WithoutTheirEndOnlyTheCommentGoes) {
    std::string made = with_own_lines(kTwoLines, "own\n");
    made.erase(made.find("# DIM end\n"), std::string_view("# DIM end\n").size());
    EXPECT_EQ(without_own_lines(made), "own\none\ntwo");
}

}  // namespace
}  // namespace dim::overrides
