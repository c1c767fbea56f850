#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

constexpr std::uint64_t kExt4BlockBytes = 4096;

/// ext4 file systems in files, by e2fsprogs. Every call blocks.
struct Ext4Size {
    std::uint64_t bytes = 0;
    std::uint64_t inodes = 0;

    bool operator==(const Ext4Size&) const = default;
};

/// What an examination has found.
struct CheckedFileSystem {
    bool is_clean;
    std::string told;  ///< what the program said of one that is not; printable
};

/// mkfs.ext4 of a sparse file without a journal yet. metadata_csum_seed: else every checksum
/// depends on the UUID, and giving a clone its own means rewriting them all.
std::vector<std::string> make_ext4_arguments(const std::string& file, const Ext4Size& size);
/// Makes FILE, which must not be there, of SIZE.
Result<void> make_ext4(const std::string& file, const Ext4Size& size);
/// Gives a filled, unmounted file system its journal, so that clones do not share what the filling
/// left in one, and verifies it (e2fsck -n).
Result<void> finish_ext4(const std::string& file);
/// Of an unmounted one. Not synced. Errors: conflict for one that is damaged, or that make_ext4 has
/// not made.
Result<void> set_random_ext4_uuid(const std::string& file);

/// Examines the unmounted file system in FILE, whole, and changes nothing in it (e2fsck -n).
/// Errors: not_found; io when it could not be examined.
Result<CheckedFileSystem> check_ext4(const std::string& file);
/// Verifies the unmounted file system in FILE, a copy of ORIGINAL, and mends what can be mended
/// without asking (e2fsck -p). Errors: conflict when that is not enough, with the cure for
/// ORIGINAL.
Result<void> mend_ext4(const std::string& file, const std::string& original);
/// Makes the file system mounted at MOUNT_POINT fill BYTES of its device, while it is in use.
/// Errors: permission_denied without CAP_SYS_RESOURCE, with nothing changed.
Result<void> grow_mounted_ext4(const std::string& mount_point, std::uint64_t bytes);
/// Makes the unmounted file system in FILE, and the file, BYTES long, of 4096 each. It is verified
/// and, where that can be done without asking, mended before (e2fsck -f -p). For a copy: killed
/// meanwhile, nothing of it is of use. Errors: limit_exceeded when it holds more than that;
/// conflict when it is damaged, with the cure for ORIGINAL, which it is a copy of.
Result<void> resize_ext4_file(const std::string& file, std::uint64_t bytes,
                              const std::string& original);

/// So far the superblock goes in a file.
constexpr std::size_t kExt4SuperblockEnd = 2048;
/// What the first bytes of the file PATH say (ext4 documentation, "Super Block"). Errors: conflict
/// when it is no ext4, or is marked as damaged; with the cure.
Result<void> check_ext4_superblock(std::string_view bytes, const std::string& path);
/// How large the file system is, by a good superblock.
std::uint64_t ext4_bytes(std::string_view bytes);

}  // namespace dim::server
