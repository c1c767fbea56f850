#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dim::linuxrc {

/// A cpio archive in the form the kernel unpacks an initramfs from ("newc",
/// Documentation/driver-api/early-userspace/buffer-format.rst). Everything belongs to root and is
/// dated 1970, so the same contents make the same bytes. Paths have no leading slash; a directory
/// comes before what is in it.
class CpioArchive {
public:
    void add_directory(std::string_view path, std::uint32_t permissions = 0755);
    void add_file(std::string_view path, std::string_view contents,
                  std::uint32_t permissions = 0644);
    void add_symlink(std::string_view path, std::string_view target);
    void add_character_device(std::string_view path, std::uint32_t major, std::uint32_t minor,
                              std::uint32_t permissions = 0600);

    /// The archive with its trailer, a multiple of 512 bytes; nothing can be added afterwards.
    std::string finish() &&;

private:
    struct Header;
    void add(const Header& header, std::string_view path, std::string_view contents);
    void align(std::size_t boundary);

    std::string bytes_;
    std::uint32_t next_inode_ = 1;
};

}  // namespace dim::linuxrc
