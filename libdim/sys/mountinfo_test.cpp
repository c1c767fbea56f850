#include "libdim/sys/mount.hpp"
#include "libdim/sys/mountinfo.hpp"

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(Mountinfo, RefusesLinesOfAnotherForm) {
    for (const char* text :
         {"rubbish", "36 35 98:0 / / rw - ext4 /dev/root", "36 35 98:0 / / rw - ext4 a b c",
          "36 35 98 / / rw - ext4 /dev/root rw", "-1 35 98:0 / / rw - ext4 /dev/root rw",
          "36 35 98:0 / / rw master:1 ext4 /dev/root rw",
          "99999999999 35 98:0 / / rw - ext4 /dev/root rw"}) {
        const auto entries = parse_mountinfo(text);
        ASSERT_FALSE(entries) << text;
        EXPECT_TRUE(entries.error().message().starts_with("line 1: ")) << entries.error().message();
    }
}

TEST(Mountinfo, ReadsTheExampleOfTheManual) {
    const auto entries = parse_mountinfo(
        "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n"
        "37 36 0:5 / /a\\040b\\134 rw - nfs4 10.0.0.1:/x\\011y rw,vers=4.2\n");
    ASSERT_TRUE(entries) << entries.error().message();
    ASSERT_EQ(entries->size(), 2U);
    EXPECT_EQ(entries->front(), (MountEntry{.id = 36,
                                            .parent = 35,
                                            .device_major = 98,
                                            .device_minor = 0,
                                            .root = "/mnt1",
                                            .target = "/mnt2",
                                            .options = "rw,noatime",
                                            .type = "ext3",
                                            .source = "/dev/root",
                                            .super_options = "rw,errors=continue"}));
    EXPECT_EQ(entries->back().target, "/a b\\");
    EXPECT_EQ(entries->back().source, "10.0.0.1:/x\ty");
}

TEST(Mountinfo, OfThisProcessIsReadable) {
    const auto entries = mounts();
    ASSERT_TRUE(entries) << entries.error().message();
    EXPECT_FALSE(entries->empty());
    EXPECT_EQ(mount_at("/proc")->type, "proc");
    EXPECT_EQ(mount_at("/nonexistent").error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace dim::sys
