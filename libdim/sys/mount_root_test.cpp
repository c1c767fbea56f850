#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/kernel_log.hpp"
#include "libdim/sys/loop.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/sys/netlink.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <algorithm>
#include <cerrno>
#include <sched.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;
using testing::TemporaryDirectory;

/// Runs FUNCTION in namespaces of its own, so that nothing it does outlives it.
Result<void> in_namespaces(const std::function<Result<void>()>& function) {
    return fork_child(
        [&]() -> Result<void> {
            if (::unshare(CLONE_NEWNS | CLONE_NEWNET) != 0)
                return fail(Error::from_errno(errno, "unshare"));
            DIM_CHECK(make_private("/"));
            return function();
        },
        30s);
}

Result<void> expect(bool condition, std::string_view what) {
    if (condition) return {};
    return fail(ErrorCode::internal, "not so: " + std::string(what));
}

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
        const auto written = open(target + "/f", O_WRONLY | O_CREAT, 0600);
        DIM_CHECK(expect(!written && written.error().system_errno() == EROFS, "EROFS"));
        DIM_CHECK(open(source + "/f", O_WRONLY | O_CREAT, 0600));
        DIM_CHECK(move_mount(target, moved));
        DIM_CHECK(expect(!mount_at(target), "moved away"));
        DIM_CHECK(stat(moved + "/f"));
        DIM_CHECK(umount(moved));
        return umount(source);
    });
    EXPECT_TRUE(result) << result.error().message();
}

TEST(Mount, PivotsToANewRoot) {
    TemporaryDirectory temporary;
    const auto result = in_namespaces([&]() -> Result<void> {
        DIM_CHECK(mount("tmpfs", temporary.path(), "tmpfs", 0, ""));
        DIM_CHECK(mkdir(temporary / "old"));
        DIM_CHECK(open(temporary / "marker", O_WRONLY | O_CREAT, 0600));
        DIM_CHECK(pivot_root(temporary.path(), temporary / "old"));
        DIM_CHECK(chdir("/"));
        DIM_CHECK(stat("/marker"));
        DIM_CHECK(umount("/old", MNT_DETACH));
        DIM_CHECK(chroot("/old"));
        return expect(!stat("/marker"), "chroot");
    });
    EXPECT_TRUE(result) << result.error().message();
}

TEST(LoopDevice, LastsAsLongAsItsMountOrOwner) {
    TemporaryDirectory temporary;
    const std::string image = temporary / "image";
    const Fd file = open(image, O_RDWR | O_CREAT, 0600).value();
    ASSERT_TRUE(ftruncate(file.get(), 16 << 20));
    ASSERT_TRUE(run({"/sbin/mkfs.ext4", "-q", image}, 10s)->status.is_success());

    std::string device;
    {
        const LoopDevice loop = LoopDevice::attach(file.get(), image).value();
        device = loop.path();
        const LoopBacking backing = loop_backing(device).value();
        EXPECT_EQ(backing.file, image);
        EXPECT_EQ(backing.file_inode, fstat(file.get())->inode);
        EXPECT_EQ(backing.file_device, fstat(file.get())->device);
        const auto all = loop_backings().value();
        EXPECT_EQ(std::ranges::count(all, image, &LoopBacking::file), 1);
    }
    // Cleared when the last user closes it, which the kernel does by and by.
    const auto is_free = [&] {
        for (int attempt = 0; attempt < 500; ++attempt) {
            const auto backing = loop_backing(device);
            if (!backing || backing->file != image) return true;
            sleep_for(10ms);
        }
        return false;
    };
    EXPECT_TRUE(is_free());

    const auto mounted = in_namespaces([&]() -> Result<void> {
        DIM_CHECK(mkdir(temporary / "mnt"));
        {
            DIM_TRY(const LoopDevice loop, LoopDevice::attach(file.get(), image));
            DIM_CHECK(mount(loop.path(), temporary / "mnt", "ext4", 0, ""));
        }
        DIM_TRY(const MountEntry entry, mount_at(temporary / "mnt"));
        DIM_TRY(const LoopBacking backing, loop_backing(entry.source));
        DIM_CHECK(expect(backing.file == image, "still attached"));
        DIM_CHECK(stat((temporary / "mnt") + "/lost+found"));
        return umount(temporary / "mnt");
    });
    EXPECT_TRUE(mounted) << mounted.error().message();
}

TEST(LoopDevice, ManyProcessesEachGetTheirOwn) {
    TemporaryDirectory temporary;
    const std::string image = temporary / "image";
    const Fd file = open(image, O_RDWR | O_CREAT, 0600).value();
    ASSERT_TRUE(ftruncate(file.get(), 1 << 20));
    std::vector<std::string> paths;
    std::vector<LoopDevice> devices;
    for (int number = 0; number < 12; ++number) {
        auto device = LoopDevice::attach(file.get(), image);
        ASSERT_TRUE(device) << device.error().message();
        paths.push_back(device->path());
        devices.push_back(*std::move(device));
    }
    std::ranges::sort(paths);
    EXPECT_EQ(std::ranges::unique(paths).size(), 0U);
    for (LoopDevice& device : devices)
        EXPECT_TRUE(device.detach());
}

TEST(LoopDevice, RefusesWhatIsNoFile) {
    const Fd directory = open_directory("/tmp").value();
    EXPECT_FALSE(LoopDevice::attach(directory.get(), "/tmp"));
    EXPECT_EQ(loop_backing("/dev/loop-none").error().code(), ErrorCode::not_found);
    EXPECT_FALSE(loop_backing("/dev/"));
}

TEST(Netlink, BringsAnInterfaceUpWithAddressAndRoutes) {
    const auto result = in_namespaces([]() -> Result<void> {
        DIM_TRY(const RunResult made,
                run({"ip", "link", "add", "dim0", "type", "veth", "peer", "name", "dim1"}, 10s));
        DIM_CHECK(expect(made.status.is_success(), "veth: " + made.output));
        DIM_TRY(const auto before, network_interfaces());
        const auto is_first = [](const NetworkInterface& i) { return i.name == "dim0"; };
        const auto first = std::ranges::find_if(before, is_first);
        DIM_CHECK(expect(first != before.end() && first->is_ethernet && !first->is_up, "down"));
        const int index = first->index;
        DIM_CHECK(set_link_up(index));
        DIM_CHECK(add_address(index, 0x0a630001, 24));
        DIM_CHECK(add_address(index, 0x0a630001, 24));
        DIM_CHECK(add_route(index, 0, 0, 0x0a6300fe));
        DIM_CHECK(add_route(index, 0, 0, 0x0a6300fd));
        DIM_CHECK(add_route(index, 0x0a640000, 16, 0));

        DIM_TRY(const auto after, network_interfaces());
        DIM_CHECK(expect(std::ranges::find_if(after, is_first)->is_up, "up"));
        DIM_TRY(const auto addresses, interface_addresses());
        const InterfaceAddress expected{index, 0x0a630001, 24};
        DIM_CHECK(expect(std::ranges::count(addresses, expected) == 1, "address"));
        DIM_TRY(const RunResult shown, run({"ip", "-4", "route", "show"}, 10s));
        DIM_CHECK(
            expect(shown.output.starts_with("default via 10.99.0.253 dev dim0"), shown.output));
        DIM_CHECK(
            expect(shown.output.find("10.100.0.0/16 dev dim0 scope link") != std::string::npos,
                   shown.output));
        DIM_CHECK(expect(!add_route(index, 0x0a700000, 16, 0x0b000001), "unreachable gateway"));
        return expect(!set_link_up(4711), "no such interface");
    });
    EXPECT_TRUE(result) << result.error().message();
}

TEST(KernelLog, IsReadable) {
    const auto text = kernel_log(4096);
    ASSERT_TRUE(text) << text.error().message();
    EXPECT_LE(text->size(), 4096U);
    EXPECT_FALSE(text->empty());
}

}  // namespace
}  // namespace dim::sys
