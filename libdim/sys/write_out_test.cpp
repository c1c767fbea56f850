#include "libdim/sys/file.hpp"
#include "libdim/sys/write_out.hpp"
#include "libdim/testing/place_on_device.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(WriteOut, GivesTheDeviceWhatWasWritten) {
    const testing::TemporaryDirectory directory;
    const Fd file = open(directory / "file", O_RDWR | O_CREAT, 0600).value();
    ASSERT_TRUE(write_all(file, "content"));
    if (testing::has_place_on_device(file)) GTEST_SKIP() << "this file system waits with nothing";
    EXPECT_TRUE(start_write_out(file));
    EXPECT_TRUE(finish_write_out(file));
    EXPECT_TRUE(testing::has_place_on_device(file));
}

TEST(WriteOut, FailsOnWhatIsNoFile) {
    const Pipe ends = pipe().value();
    EXPECT_FALSE(start_write_out(ends.write_end));
    EXPECT_FALSE(finish_write_out(ends.write_end));
}

}  // namespace
}  // namespace dim::sys
