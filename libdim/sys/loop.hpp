#pragma once

#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dim::sys {

/// A loop device with a file behind it. The kernel detaches it when its last user goes (autoclear):
/// keep this until the device is mounted; destroying it afterwards changes nothing.
class [[nodiscard]] LoopDevice {
public:
    /// Attaches the file BACKING (open for reading and writing) to a free loop device; makes the
    /// device node where it is missing. PATH is what backing_file() tells later, kept to 63 bytes
    /// by the kernel; sysfs has all of it. Errors: io, conflict when others keep taking the
    /// devices.
    static Result<LoopDevice> attach(const Fd& backing, const std::string& path);

    const std::string& path() const { return path_; }  ///< "/dev/loop7"

private:
    LoopDevice(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
    Fd fd_;
    std::string path_;
};

/// Makes DEVICE ("/dev/loop7") as large as the file behind it is now. Errors: not_found, io.
Result<void> refresh_loop_size(const std::string& device);

struct LoopBacking {
    std::string device;             ///< "/dev/loop7"
    std::string file;               ///< as sysfs tells it; " (deleted)" at its end when unlinked
    std::uint64_t file_device = 0;  ///< with file_inode, the identity of the file behind it
    std::uint64_t file_inode = 0;
};
/// Errors: not_found when the device has no file.
Result<LoopBacking> loop_backing(const std::string& device);
/// Every loop device of the machine that has a file.
Result<std::vector<LoopBacking>> loop_backings();

}  // namespace dim::sys
