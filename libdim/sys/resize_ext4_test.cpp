#include "libdim/sys/file.hpp"
#include "libdim/sys/resize_ext4.hpp"

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

// That it resizes is tested where there are mounts:
// imageserver/image/image_store_resize_root_test.cpp
TEST(ResizeExt4, RefusesWhatIsNone) {
    const Fd fd = open("/proc/self", O_RDONLY | O_DIRECTORY).value();
    EXPECT_FALSE(resize_ext4(fd, 4096));
}

}  // namespace
}  // namespace dim::sys
