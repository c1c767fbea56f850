#include "libdim/base/take_word.hpp"

#include <gtest/gtest.h>

namespace dim {
namespace {

TEST(TakeWord, EndsAtOneBlankOrAtTheEnd) {
    std::string_view text = "one  three";
    EXPECT_EQ(take_word(text), "one");
    EXPECT_EQ(text, " three") << "two blanks have an empty word between them";
    EXPECT_EQ(take_word(text), "");
    EXPECT_EQ(take_word(text), "three");
    EXPECT_EQ(text, "");
    EXPECT_EQ(take_word(text), "");
}

}  // namespace
}  // namespace dim
