#include "libdim/model/boot_stage.hpp"

#include <gtest/gtest.h>

namespace dim::model {
namespace {

TEST(BootStage, UnknownWordsAreRefused) {
    EXPECT_FALSE(parse_boot_stage("Running"));
    EXPECT_FALSE(parse_boot_stage(""));
    EXPECT_FALSE(parse_blade_state("dead"));
}

TEST(BootStage, EveryStageHasItsOwnWord) {
    for (int i = 0; i <= static_cast<int>(BootStage::running); ++i) {
        const auto stage = static_cast<BootStage>(i);
        EXPECT_EQ(parse_boot_stage(to_string(stage)), stage);
    }
    for (int i = 0; i <= static_cast<int>(BladeState::off); ++i) {
        const auto state = static_cast<BladeState>(i);
        EXPECT_EQ(parse_blade_state(to_string(state)), state);
    }
}

}  // namespace
}  // namespace dim::model
