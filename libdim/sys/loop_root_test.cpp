#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/file_lock.hpp"
#include "libdim/sys/in_namespaces.hpp"
#include "libdim/sys/loop.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <algorithm>
#include <fcntl.h>
#include <vector>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;

using testing::TemporaryDirectory;

TEST(LoopDevice, LastsAsLongAsItsMountOrOwner) {
    TemporaryDirectory temporary;
    const std::string image = temporary / "image";
    const Fd file = open(image, O_RDWR | O_CREAT, 0600).value();
    ASSERT_TRUE(ftruncate(file, 16 << 20));
    ASSERT_TRUE(run({"/sbin/mkfs.ext4", "-q", image}, 10s)->status.is_success());

    std::string device;
    {
        const LoopDevice loop = LoopDevice::attach(file, image).value();
        device = loop.path();
        const LoopBacking backing = loop_backing(device).value();
        EXPECT_EQ(backing.file, image);
        EXPECT_EQ(backing.file_inode, fstat(file)->inode);
        EXPECT_EQ(backing.file_device, fstat(file)->device);
        const auto all = loop_backings().value();
        EXPECT_EQ(std::ranges::count(all, image, &LoopBacking::file), 1);
    }
    {
        const std::string other = temporary / "other";
        Fd writer = open(other, O_RDWR | O_CREAT, 0600).value();
        ASSERT_TRUE(ftruncate(writer, 1 << 20));
        const Fd reader = open(other, O_RDONLY).value();
        EXPECT_TRUE(has_writer(reader).value());
        const LoopDevice loop = LoopDevice::attach(writer, other).value();
        writer.reset();
        EXPECT_TRUE(has_writer(reader).value()) << "the loop device";
        EXPECT_FALSE(
            has_writer(open(TemporaryDirectory() / "nobody", O_RDONLY | O_CREAT, 0600).value())
                .value());
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
            DIM_TRY(const LoopDevice loop, LoopDevice::attach(file, image));
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
    ASSERT_TRUE(ftruncate(file, 1 << 20));
    std::vector<std::string> paths;
    std::vector<LoopDevice> devices;
    for (int number = 0; number < 12; ++number) {
        auto device = LoopDevice::attach(file, image);
        ASSERT_TRUE(device) << device.error().message();
        paths.push_back(device->path());
        devices.push_back(*std::move(device));
    }
    std::ranges::sort(paths);
    EXPECT_EQ(std::ranges::unique(paths).size(), 0U);
}

TEST(LoopDevice, RefusesWhatIsNoFile) {
    const Fd directory = open_directory("/tmp").value();
    EXPECT_FALSE(LoopDevice::attach(directory, "/tmp"));
    EXPECT_EQ(loop_backing("/dev/loop-none").error().code(), ErrorCode::not_found);
    EXPECT_FALSE(loop_backing("/dev/"));
}

}  // namespace
}  // namespace dim::sys
