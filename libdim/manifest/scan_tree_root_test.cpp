#include "libdim/manifest/manifest_text.hpp"
#include "libdim/manifest/scan_tree.hpp"
#include "libdim/manifest/tree_fixture.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/own_mounts.hpp"

#include <sys/sysmacros.h>
#include <sys/xattr.h>

namespace dim::manifest {
namespace {

class ScanTreeAsRoot : public ManifestTree {};

TEST_F(ScanTreeAsRoot, ListsEveryTypeWithWhatItIs) {
    ASSERT_EQ(::mknod((root + "/null").c_str(), S_IFCHR | 0666, makedev(1, 3)), 0);
    ASSERT_EQ(::mknod((root + "/disk").c_str(), S_IFBLK | 0660, makedev(259, 300)), 0);
    ASSERT_EQ(::mknod((root + "/fifo").c_str(), S_IFIFO | 0620, 0), 0);
    ASSERT_TRUE(sys::chmod(root + "/fifo", 0620));
    ASSERT_EQ(::mknod((root + "/socket").c_str(), S_IFSOCK | 0600, 0), 0);
    write("tool", "tool");
    ASSERT_EQ(::chown((root + "/tool").c_str(), 1234, 4321), 0);
    ASSERT_TRUE(sys::chmod(root + "/tool", 06755));
    // cap_net_raw=ep, as setcap(8) writes it.
    const std::string capability("\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
    ASSERT_EQ(::setxattr((root + "/tool").c_str(), "security.capability", capability.data(),
                         capability.size(), 0),
              0);
    ASSERT_TRUE(sys::symlink("x", root + "/link"));
    ASSERT_EQ(::lsetxattr((root + "/link").c_str(), "trusted.note", "of the link", 11, 0), 0);
    const ScannedTree tree = scan();
    EXPECT_EQ(find(tree, "null")->type, EntryType::character_device);
    EXPECT_EQ(find(tree, "null")->device_minor, 3U);
    EXPECT_EQ(find(tree, "disk")->type, EntryType::block_device);
    EXPECT_EQ(find(tree, "disk")->device_major, 259U);
    EXPECT_EQ(find(tree, "disk")->device_minor, 300U);
    EXPECT_EQ(find(tree, "fifo")->type, EntryType::fifo);
    EXPECT_EQ(find(tree, "fifo")->mode, 0620U);
    EXPECT_EQ(find(tree, "socket")->type, EntryType::socket);
    const Entry& tool = *find(tree, "tool");
    EXPECT_EQ(tool.mode, 06755U);
    EXPECT_EQ(tool.owner, 1234U);
    EXPECT_EQ(tool.group, 4321U);
    EXPECT_EQ(tool.attributes, (sys::ExtendedAttributes{{"security.capability", capability}}));
    EXPECT_EQ(find(tree, "link")->attributes,
              (sys::ExtendedAttributes{{"trusted.note", "of the link"}}));
    EXPECT_EQ(parse_manifest(to_text(tree.manifest)), tree.manifest);
}

TEST_F(ScanTreeAsRoot, EntersNoOtherFileSystem) {
    dim::testing::enter_own_mounts();
    make_directory("proc");
    write("file", "covered");
    ASSERT_TRUE(sys::mount("other", root + "/proc", "tmpfs", 0, ""));
    write("proc/inside", "of another file system");
    ASSERT_TRUE(sys::bind_mount(root + "/proc/inside", root + "/file", sys::Access::read_write));
    const ScannedTree tree = scan();
    ASSERT_TRUE(sys::umount(root + "/file", 0));
    ASSERT_TRUE(sys::umount(root + "/proc", 0));
    EXPECT_EQ(find(tree, "proc")->type, EntryType::directory);
    EXPECT_EQ(find(tree, "proc/inside"), nullptr);
    EXPECT_EQ(find(tree, "file"), nullptr);
}

TEST_F(ScanTreeAsRoot, LinksOfTwoFileSystemsAreNotOneFile) {
    dim::testing::enter_own_mounts();
    // Both are new: their first files have the same inode numbers.
    for (const std::string name : {"a", "b"}) {
        make_directory(name);
        dim::testing::run_script("cd '" + root + "' && truncate -s 8M ../" + name +
                                 " && mkfs.ext4 -q ../" + name + " && mount -o loop ../" + name +
                                 " " + name + " && echo " + name + " >" + name + "/one && ln " +
                                 name + "/one " + name + "/two");
    }
    struct stat of_a{};
    struct stat of_b{};
    ASSERT_EQ(::stat((root + "/a/one").c_str(), &of_a), 0);
    ASSERT_EQ(::stat((root + "/b/one").c_str(), &of_b), 0);
    ASSERT_EQ(of_a.st_ino, of_b.st_ino) << "else this tests nothing";
    const ScannedTree tree = scan({.filter = {.enters = [](const sys::Fd&) { return true; }}});
    dim::testing::run_script("umount '" + root + "/a' '" + root + "/b'");
    const auto group_of = [&](const char* path) { return find(tree, path)->link_group; };
    EXPECT_EQ(group_of("a/one"), group_of("a/two"));
    EXPECT_EQ(group_of("b/one"), group_of("b/two"));
    EXPECT_NE(group_of("a/one"), group_of("b/one"));
}

}  // namespace
}  // namespace dim::manifest
