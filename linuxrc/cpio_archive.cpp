#include "linuxrc/cpio_archive.hpp"

#include <array>
#include <cstdio>
#include <sys/stat.h>

namespace dim::linuxrc {

struct CpioArchive::Header {
    std::uint32_t inode = 0;
    std::uint32_t mode = 0;
    std::uint32_t links = 1;
    std::uint32_t device_major = 0;
    std::uint32_t device_minor = 0;
};

void CpioArchive::align(std::size_t boundary) {
    bytes_.resize((bytes_.size() + boundary - 1) / boundary * boundary, '\0');
}

void CpioArchive::add(const Header& header, std::string_view path, std::string_view contents) {
    constexpr std::uint32_t kRoot = 0;
    constexpr std::uint32_t kTime = 0;
    const std::array<std::uint32_t, 13> fields{
        header.inode,
        header.mode,
        kRoot,
        kRoot,
        header.links,
        kTime,
        static_cast<std::uint32_t>(contents.size()),
        0,
        0,
        header.device_major,
        header.device_minor,
        static_cast<std::uint32_t>(path.size() + 1),
        0,
    };
    bytes_ += "070701";
    for (const std::uint32_t field : fields) {
        std::array<char, 9> digits{};
        std::snprintf(digits.data(), digits.size(), "%08X", field);
        bytes_ += digits.data();
    }
    bytes_.append(path).push_back('\0');
    align(4);
    bytes_.append(contents);
    align(4);
}

void CpioArchive::add_directory(std::string_view path, std::uint32_t permissions) {
    add({.inode = next_inode_++, .mode = S_IFDIR | permissions, .links = 2}, path, "");
}

void CpioArchive::add_file(std::string_view path, std::string_view contents,
                           std::uint32_t permissions) {
    add({.inode = next_inode_++, .mode = S_IFREG | permissions}, path, contents);
}

void CpioArchive::add_symlink(std::string_view path, std::string_view target) {
    add({.inode = next_inode_++, .mode = S_IFLNK | 0777}, path, target);
}

void CpioArchive::add_character_device(std::string_view path, std::uint32_t major,
                                       std::uint32_t minor, std::uint32_t permissions) {
    add({.inode = next_inode_++,
         .mode = S_IFCHR | permissions,
         .device_major = major,
         .device_minor = minor},
        path, "");
}

std::string CpioArchive::finish() && {
    add({}, "TRAILER!!!", "");
    align(512);
    return std::move(bytes_);
}

}  // namespace dim::linuxrc
