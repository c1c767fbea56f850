#include "imageserver/image/image_import.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;

TEST(BladeImageSize, MustHoldTheTree) {
    const auto small = blade_image_size(64 * kMebibyte, {.entries = 10, .bytes = 60 * kMebibyte});
    ASSERT_FALSE(small);
    EXPECT_THAT(small.error().message(), HasSubstr("have 64 MiB"));
    // Many small files need inodes more than space.
    EXPECT_FALSE(blade_image_size(64 * kMebibyte, {.entries = 200'000, .bytes = kMebibyte}));
    const auto fits = blade_image_size(64 * kMebibyte, {.entries = 9'000, .bytes = kMebibyte});
    ASSERT_TRUE(fits);
    EXPECT_EQ(fits->bytes, 64 * kMebibyte);
    EXPECT_GE(fits->inodes, 18'000U);
}

TEST(SharedRootSize, HasRoomToGrow) {
    const Ext4Size size = shared_root_size({.entries = 100'000, .bytes = 575 * kMebibyte + 1});
    EXPECT_GE(size.bytes, 4 * 575 * kMebibyte);
    EXPECT_EQ(size.bytes % kMebibyte, 0U);
    EXPECT_GE(size.inodes, 400'000U);
    EXPECT_GE(shared_root_size({}).bytes, 256 * kMebibyte);
}

}  // namespace
}  // namespace dim::server
