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

/// ID and PARENT at TARGET.
MountEntry mounted(std::uint32_t id, std::uint32_t parent, const char* target) {
    MountEntry entry;
    entry.id = id;
    entry.parent = parent;
    entry.target = target;
    return entry;
}

TEST(VisibleMount, IsTheUppermost) {
    const std::vector<MountEntry> entries{mounted(20, 1, "/"),         mounted(21, 20, "/usr"),
                                          mounted(22, 21, "/usr/a"),   mounted(23, 21, "/usr"),
                                          mounted(24, 23, "/usr/b"),   mounted(25, 24, "/usr/b"),
                                          mounted(26, 20, "/usrlocal")};
    const auto id = [&](const char* path) { return visible_mount(entries, path)->id; };
    EXPECT_EQ(id("/"), 20U);
    EXPECT_EQ(id("/etc"), 20U);
    EXPECT_EQ(id("/usr"), 23U);
    EXPECT_EQ(id("/usr/a"), 23U) << "its mount is of the hidden /usr";
    EXPECT_EQ(id("/usr/b/c"), 25U);
    EXPECT_EQ(id("/usrlocal/x"), 26U);
}

TEST(VisibleMount, IsNoneWithoutARoot) {
    EXPECT_EQ(visible_mount({}, "/"), nullptr);
    EXPECT_EQ(visible_mount(std::vector{mounted(21, 20, "/usr")}, "/usr"), nullptr);
    EXPECT_EQ(visible_mount(std::vector{mounted(1, 2, "/"), mounted(2, 1, "/")}, "/usr"), nullptr);
}

TEST(VisibleMount, EndsInACircle) {
    const std::vector<MountEntry> entries{mounted(1, 1, "/"), mounted(2, 1, "/"),
                                          mounted(1, 2, "/")};
    EXPECT_NE(visible_mount(entries, "/"), nullptr);
}

TEST(VisibleMountsIn, AreThoseThatCanBeReached) {
    const std::vector<MountEntry> entries{
        mounted(20, 20, "/"),      mounted(21, 20, "/usr"),   mounted(22, 21, "/usr/a/hidden"),
        mounted(23, 21, "/usr/a"), mounted(24, 23, "/usr/a"), mounted(25, 24, "/usr/a/deep"),
        mounted(26, 21, "/usr/b"), mounted(27, 20, "/usr2"),  mounted(28, 21, "/usr/c"),
        mounted(29, 21, "/usr/c")};
    std::vector<std::uint32_t> ids;
    for (const MountEntry& entry : visible_mounts_in(entries, entries[1]))
        ids.push_back(entry.id);
    EXPECT_EQ(ids, (std::vector<std::uint32_t>{24, 26, 29}));
    EXPECT_TRUE(visible_mounts_in(entries, entries[7]).empty());
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
