#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/in_namespaces.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <cerrno>
#include <fcntl.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using testing::TemporaryDirectory;

TEST(Mount, FailureNamesWhatWasTried) {
    const auto result = mount("/nonexistent", "/tmp", "ext4", 0, "");
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().message().starts_with("mount /nonexistent at /tmp: "))
        << result.error().message();
    EXPECT_FALSE(umount("/nonexistent"));
}

TEST(Mount, BindsReadOnlyAndMoves) {
    TemporaryDirectory temporary;
    const auto result = in_namespaces([&]() -> Result<void> {
        const std::string source = temporary / "source";
        const std::string target = temporary / "target with blank";
        const std::string moved = temporary / "moved";
        for (const std::string& path : {source, target, moved})
            DIM_CHECK(mkdir(path));
        DIM_CHECK(mount("tmpfs", source, "tmpfs", MS_NOSUID, "size=1m"));
        DIM_CHECK(bind_mount(source, target, Access::read_only));
        DIM_TRY(const MountEntry entry, mount_at(target));
        DIM_CHECK(expect(entry.type == "tmpfs" && entry.options.starts_with("ro"), "read-only"));
        DIM_CHECK(expect(entry.options.contains("nosuid"), "as its source"));
        const auto written = open(target + "/f", O_WRONLY | O_CREAT, 0600);
        DIM_CHECK(expect(!written && written.error().system_errno() == EROFS, "EROFS"));
        DIM_CHECK(open(source + "/f", O_WRONLY | O_CREAT, 0600));
        {
            DIM_TRY(const Fd from, open(target, O_PATH));
            DIM_TRY(const Fd to, open(moved, O_PATH));
            DIM_CHECK(move_mount(from, to));
        }
        DIM_CHECK(expect(!mount_at(target), "moved away"));
        DIM_CHECK(stat(moved + "/f"));
        DIM_CHECK(umount(moved));
        return umount(source);
    });
    EXPECT_TRUE(result) << result.error().message();
}

TEST(Mount, TakesFlagsWhileItIsInUseAndKeepsWhatItHas) {
    TemporaryDirectory temporary;
    const auto result = in_namespaces([&]() -> Result<void> {
        DIM_CHECK(mount("tmpfs", temporary.path(), "tmpfs", MS_NOSUID | MS_NODEV, ""));
        DIM_TRY(const Fd in_use, open(temporary / "f", O_WRONLY | O_CREAT, 0600));
        DIM_CHECK(symlink("f", temporary / "link"));
        DIM_CHECK(open(temporary / "link", O_RDONLY));
        DIM_CHECK(add_mount_flags(temporary.path(), MS_NOSYMFOLLOW));
        DIM_TRY(const unsigned long flags, mount_flags(temporary.path()));
        DIM_CHECK(expect(flags == (MS_NOSUID | MS_NODEV | MS_NOSYMFOLLOW), "all flags"));
        const auto followed = open(temporary / "link", O_RDONLY);
        DIM_CHECK(expect(!followed && followed.error().system_errno() == ELOOP, "ELOOP"));
        DIM_TRY(const std::string target, read_link(temporary / "link"));
        DIM_CHECK(expect(target == "f", "the link can be read"));
        return write_all(in_use, "still open");
    });
    EXPECT_TRUE(result) << result.error().message();
}

TEST(Mount, MovesOnceItsParentIsPrivate) {
    TemporaryDirectory temporary;
    const auto result = in_namespaces([&]() -> Result<void> {
        DIM_CHECK(mount("tmpfs", temporary.path(), "tmpfs", 0, ""));
        DIM_CHECK(mount("none", temporary.path(), "", MS_SHARED, ""));
        for (const char* name : {"from", "to"})
            DIM_CHECK(mkdir(temporary / name));
        DIM_TRY(const Fd to, open(temporary / "to", O_PATH));
        DIM_CHECK(mount("tmpfs", temporary / "from", "tmpfs", 0, ""));
        DIM_TRY(const Fd from, open(temporary / "from", O_PATH));
        const auto shared = move_mount(from, to);
        DIM_CHECK(expect(!shared && shared.error().system_errno() == EINVAL, "shared"));
        DIM_CHECK(make_private(temporary.path()));
        DIM_CHECK(move_mount(from, to));
        DIM_CHECK(expect(!move_mount(to, from), "no mount's root"));
        DIM_TRY(const MountEntry entry, mount_at(temporary / "to"));
        return expect(entry.type == "tmpfs", "moved");
    });
    EXPECT_TRUE(result) << result.error().message();
}

TEST(Mount, ChangesTheRoot) {
    TemporaryDirectory temporary;
    const auto result = in_namespaces([&]() -> Result<void> {
        DIM_CHECK(mount("tmpfs", temporary.path(), "tmpfs", 0, ""));
        DIM_CHECK(open(temporary / "marker", O_WRONLY | O_CREAT, 0600));
        DIM_CHECK(chroot(temporary.path()));
        DIM_CHECK(chdir("/"));
        DIM_CHECK(expect(!stat("/etc"), "the old root is out of sight"));
        DIM_CHECK(stat("/marker"));
        return expect(!chroot("/nowhere"), "chroot to nowhere");
    });
    EXPECT_TRUE(result) << result.error().message();
}

}  // namespace
}  // namespace dim::sys
