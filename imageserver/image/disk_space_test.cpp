#include "imageserver/image/disk_space.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kKeptAtMost = std::uint64_t{1} << 30;

TEST(DiskSpace, ATwentiethIsKeptAtMostAGibibyte) {
    EXPECT_EQ(low_water(0), 0U);
    EXPECT_EQ(low_water(2000), 100U);
    EXPECT_EQ(low_water(20 * kKeptAtMost), kKeptAtMost);
    EXPECT_EQ(low_water(UINT64_MAX), kKeptAtMost);
}

TEST(DiskSpace, WhatFitsLeavesWhatIsKept) {
    const DiskSpace space{.total = 2000, .free = 500, .committed = 0, .allocated = 0};
    EXPECT_TRUE(check_fits("/state", space, 400));
    const auto refused = check_fits("/state", space, 401);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(refused.error().message(), HasSubstr("need 401 B, have 500 B, of which 100 B"));
    EXPECT_THAT(refused.error().cure(), HasSubstr("dim blade purge"));
    // Less than that is free already.
    EXPECT_FALSE(
        check_fits("/state", {.total = 2000, .free = 99, .committed = 0, .allocated = 0}, 0));
    EXPECT_FALSE(check_fits("/state", space, UINT64_MAX));
}

TEST(DiskSpace, ThinImagesAddUpToWhatTheLimitAllows) {
    const Provisioning thin = Provisioning::thin();
    DiskSpace space{.total = 2000, .free = 500, .committed = 0, .allocated = 500};
    space.committed = thin.limit(1000);
    EXPECT_TRUE(check_commitment("/state", space, thin));
    ++space.committed;
    const auto refused = check_commitment("/state", space, thin);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(refused.error().cure(), HasSubstr("--provisioning"));
    EXPECT_TRUE(check_commitment("/state", space, Provisioning::reserved()))
        << "they have their space already";
}

}  // namespace
}  // namespace dim::server
