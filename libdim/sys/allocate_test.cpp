#include "libdim/sys/allocate.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(Allocate, RefusesWhatIsNoFileOfADisk) {
    const auto fd = open("/dev/null", O_RDWR);
    ASSERT_TRUE(fd);
    EXPECT_FALSE(allocate(*fd, 4096));
}

TEST(Allocate, RefusesMoreThanThereIs) {
    const testing::TemporaryDirectory directory;
    const auto fd = open(directory / "file", O_RDWR | O_CREAT, 0600);
    ASSERT_TRUE(fd);
    EXPECT_FALSE(allocate(*fd, std::uint64_t{1} << 60));
}

TEST(Allocate, FillsHolesAndKeepsBytes) {
    constexpr std::uint64_t kSize = std::uint64_t{1} << 20;
    const testing::TemporaryDirectory directory;
    const auto fd = open(directory / "file", O_RDWR | O_CREAT, 0600);
    ASSERT_TRUE(fd);
    ASSERT_TRUE(write_all(*fd, "kept"));
    ASSERT_TRUE(ftruncate(*fd, kSize));
    ASSERT_LT(fstat(*fd)->allocated, kSize);
    for (int time = 0; time < 2; ++time) {
        ASSERT_TRUE(allocate(*fd, kSize));
        EXPECT_GE(fstat(*fd)->allocated, kSize);
        EXPECT_EQ(fstat(*fd)->size, kSize);
    }
    EXPECT_EQ(read_file(directory / "file")->substr(0, 5), std::string("kept\0", 5));
}

}  // namespace
}  // namespace dim::sys
