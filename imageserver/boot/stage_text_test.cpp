#include "imageserver/boot/stage_text.hpp"

#include <cerrno>
#include <set>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using model::BootStage;

constexpr BootStage kAll[] = {
    BootStage::firmware,     BootStage::kernel,      BootStage::environment, BootStage::network,
    BootStage::connect,      BootStage::tls,         BootStage::plan,        BootStage::mount_root,
    BootStage::mount_shared, BootStage::switch_root, BootStage::exec_init,   BootStage::running};

TEST(StageText, EveryFailureHasACure) {
    for (const BootStage stage : kAll) {
        EXPECT_FALSE(failure_cure(stage, std::nullopt).empty());
        EXPECT_FALSE(failure_cure(stage, ENOENT).empty());
    }
}

TEST(StageText, AMountThatIsRefusedIsCuredOtherwiseThanOneThatIsNotAnswered) {
    for (const BootStage stage : {BootStage::mount_root, BootStage::mount_shared}) {
        EXPECT_TRUE(failure_cure(stage, ENOENT).contains("dim nfs export"));
        EXPECT_EQ(failure_cure(stage, ENOENT), failure_cure(stage, EACCES));
        EXPECT_TRUE(failure_cure(stage, ETIMEDOUT).contains("keeps trying"));
        EXPECT_EQ(failure_cure(stage, ETIMEDOUT), failure_cure(stage, std::nullopt));
    }
}

TEST(StageText, EveryStageIsToldApart) {
    std::set<std::string_view> texts;
    for (const BootStage stage : kAll)
        texts.insert(stage_text(stage));
    EXPECT_EQ(texts.size(), std::size(kAll));
    EXPECT_FALSE(texts.contains(""));
}

}  // namespace
}  // namespace dim::server
