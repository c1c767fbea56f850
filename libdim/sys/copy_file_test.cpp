#include "libdim/sys/copy_file.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/sys_fixture.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using testing::TemporaryDirectory;

using testing::write_text;

TEST(CopyFile, KeepsBytesAndHoles) {
    TemporaryDirectory temporary;
    const Fd from = open(temporary / "from", O_RDWR | O_CREAT, 0600).value();
    constexpr std::uint64_t kSize = 64 << 20;
    ASSERT_TRUE(ftruncate(from, kSize));
    ASSERT_EQ(::pwrite(from.get(), "begin", 5, 0), 5);
    const std::string middle(300'000, 'm');
    ASSERT_EQ(::pwrite(from.get(), middle.data(), middle.size(), 10 << 20),
              static_cast<ssize_t>(middle.size()));
    const Fd to = open(temporary / "to", O_RDWR | O_CREAT, 0600).value();
    ASSERT_TRUE(copy_file(from, to));
    EXPECT_EQ(read_file(temporary / "to", kSize), read_file(temporary / "from", kSize));
    EXPECT_EQ(fstat(to)->size, kSize);
    EXPECT_LT(fstat(to)->allocated, std::uint64_t{4} << 20);
    EXPECT_GE(data_bytes(from).value(), middle.size());
    EXPECT_LT(data_bytes(from).value(), std::uint64_t{4} << 20);
}

TEST(CopyFile, FailsIntoWhatCannotBeWritten) {
    TemporaryDirectory temporary;
    write_text(temporary / "from", "x");
    const Fd from = open(temporary / "from", O_RDONLY).value();
    EXPECT_FALSE(copy_file(from, from));
    EXPECT_FALSE(reflink(from, from));
}

}  // namespace
}  // namespace dim::sys
