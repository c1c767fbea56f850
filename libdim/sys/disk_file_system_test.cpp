#include "libdim/sys/directory.hpp"
#include "libdim/sys/disk_file_system.hpp"

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(DiskFileSystem, TheKernelsOwnAreNone) {
    EXPECT_FALSE(is_on_disk(open_directory("/proc").value()).value());
    EXPECT_FALSE(is_on_disk(open_directory("/sys").value()).value());
}

TEST(DiskFileSystem, HasAName) {
    for (const char* type : {"ext4", "xfs", "btrfs"})
        EXPECT_TRUE(is_disk_type(type)) << type;
    for (const char* type : {"", "nfs4", "tmpfs", "proc", "overlay", "cifs", "fuse.sshfs"})
        EXPECT_FALSE(is_disk_type(type)) << type;
}

}  // namespace
}  // namespace dim::sys
