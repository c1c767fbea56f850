#include "libdim/sys/loop.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <linux/loop.h>
#include <linux/major.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace dim::sys {

namespace {

// Each lost race means that another process got a device; this many in a row is no race any more.
constexpr int kAttempts = 64;

Result<Fd> open_device(long number, const std::string& path) {
    if (::mknod(path.c_str(), S_IFBLK | 0600, makedev(LOOP_MAJOR, static_cast<unsigned>(number))) !=
            0 &&
        errno != EEXIST) {
        return fail(Error::from_errno(errno, "make " + path));
    }
    return open(path, O_RDWR);
}

}  // namespace

Result<LoopDevice> LoopDevice::attach(const Fd& backing, const std::string& path) {
    Result<Fd> control = open("/dev/loop-control", O_RDWR);
    if (!control) {
        return fail(std::move(control).error().with_cure("load the kernel module: modprobe loop"));
    }
    loop_config configuration{};
    configuration.fd = static_cast<std::uint32_t>(backing.get());
    configuration.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    std::memcpy(configuration.info.lo_file_name, path.data(),
                std::min(path.size(), std::size_t{LO_NAME_SIZE - 1}));
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const long number = ::ioctl(control->get(), LOOP_CTL_GET_FREE);
        if (number < 0) return fail(Error::from_errno(errno, "find a free loop device"));
        std::string device_path = "/dev/loop" + std::to_string(number);
        DIM_TRY(Fd device, open_device(number, device_path));
        if (::ioctl(device.get(), LOOP_CONFIGURE, &configuration) == 0)
            return LoopDevice(std::move(device), std::move(device_path));
        if (errno != EBUSY)
            return fail(Error::from_errno(errno, "attach " + path + " to " + device_path));
    }
    return fail(ErrorCode::conflict, "no loop device stays free long enough to be taken");
}

Result<void> refresh_loop_size(const std::string& device) {
    DIM_TRY(const Fd fd, open(device, O_RDONLY));
    if (::ioctl(fd.get(), LOOP_SET_CAPACITY) == 0) return {};
    return fail(Error::from_errno(errno, "make " + device + " as large as its file"));
}

Result<LoopBacking> loop_backing(const std::string& device) {
    const std::string name = device.substr(device.rfind('/') + 1);
    DIM_CHECK(check_name(name));
    Result<std::string> file = read_file("/sys/block/" + name + "/loop/backing_file", 64 * 1024);
    if (!file) return fail(ErrorCode::not_found, device + " has no file behind it");
    DIM_TRY(const Fd fd, open("/dev/" + name, O_RDONLY));
    loop_info64 info{};
    if (::ioctl(fd.get(), LOOP_GET_STATUS64, &info) != 0)
        return fail(Error::from_errno(errno, device));
    if (file->ends_with('\n')) file->pop_back();
    return LoopBacking{.device = "/dev/" + name,
                       .file = *std::move(file),
                       .file_device = info.lo_device,
                       .file_inode = info.lo_inode};
}

Result<std::vector<LoopBacking>> loop_backings() {
    DIM_TRY(const std::vector<std::string> names, list_names("/sys/block"));
    std::vector<LoopBacking> backings;
    for (const std::string& name : names) {
        if (!name.starts_with("loop")) continue;
        Result<LoopBacking> backing = loop_backing(name);
        if (backing) {
            backings.push_back(*std::move(backing));
        } else if (backing.error().code() != ErrorCode::not_found) {
            return fail(std::move(backing).error());
        }
    }
    return backings;
}

}  // namespace dim::sys
