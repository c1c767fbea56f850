#include "libdim/sys/file.hpp"
#include "libdim/sys/punch_zeros.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

class PunchZeros : public ::testing::Test {
protected:
    /// A file of CONTENTS, its space after punching, with what it reads as checked.
    std::uint64_t allocated_after(const std::string& contents) {
        const std::string path = directory_ / "file";
        Fd fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600).value();
        EXPECT_TRUE(write_all(fd, contents));
        EXPECT_EQ(::posix_fallocate(fd.get(), 0, static_cast<off_t>(contents.size())), 0);
        EXPECT_TRUE(punch_zeros(fd));
        EXPECT_TRUE(read_file(path).value() == contents);
        EXPECT_TRUE(fsync(fd));
        return fstat(fd)->allocated;
    }
    testing::TemporaryDirectory directory_;
};

TEST_F(PunchZeros, KeepsWhatIsNoZero) {
    std::string contents(kMebibyte, '\0');
    contents[0] = contents[500'000] = contents[kMebibyte - 1] = 'x';
    EXPECT_LE(allocated_after(contents), 4 * 64 * 1024U);
    EXPECT_GE(allocated_after(std::string(kMebibyte, 'x')), kMebibyte);
}

TEST_F(PunchZeros, LeavesNothingOfZeros) {
    EXPECT_LE(allocated_after(std::string(kMebibyte, '\0')), 4096U);
}

TEST_F(PunchZeros, FailsOnWhatIsNoFile) { EXPECT_FALSE(punch_zeros(Fd())); }

}  // namespace
}  // namespace dim::sys
