#include "imageserver/daemon/report.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(Report, OneErrorLineNamesWhatItIsOfTheCauseAndTheCure) {
    ::testing::internal::CaptureStderr();
    report("boot files", Error(ErrorCode::io, "the disk is full").with_cure("delete something"));
    const std::string line = ::testing::internal::GetCapturedStderr();
    EXPECT_TRUE(line.starts_with("<3>boot files: the disk is full")) << line;
    EXPECT_TRUE(line.contains("delete something")) << line;
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
}

}  // namespace
}  // namespace dim::server
