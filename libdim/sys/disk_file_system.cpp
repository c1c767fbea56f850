#include "libdim/sys/disk_file_system.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <sys/vfs.h>

namespace dim::sys {

namespace {

struct DiskFileSystem {
    std::string_view name;
    std::uint32_t magic;  // statfs(2)
};

constexpr std::array<DiskFileSystem, 12> kDiskFileSystems{{
    {"ext2", 0xef53},
    {"ext3", 0xef53},
    {"ext4", 0xef53},
    {"xfs", 0x58465342},
    {"btrfs", 0x9123683e},
    {"f2fs", 0xf2f52010},
    {"jfs", 0x3153464a},
    {"reiserfs", 0x52654973},
    {"zfs", 0x2fc12fc1},
    {"nilfs2", 0x3434},
    {"bcachefs", 0xca451a4e},
    {"vfat", 0x4d44},
}};

}  // namespace

Result<bool> is_on_disk(const Fd& directory) {
    struct statfs status{};
    if (::fstatfs(directory.get(), &status) != 0) return fail(Error::from_errno(errno, "fstatfs"));
    const auto magic = static_cast<std::uint32_t>(status.f_type);
    return std::ranges::find(kDiskFileSystems, magic, &DiskFileSystem::magic) !=
           kDiskFileSystems.end();
}

bool is_disk_type(std::string_view type) {
    return std::ranges::find(kDiskFileSystems, type, &DiskFileSystem::name) !=
           kDiskFileSystems.end();
}

}  // namespace dim::sys
