#pragma once

#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dim::server {

/// ext4 file systems in files, by e2fsprogs. Every call blocks.
struct Ext4Size {
    std::uint64_t bytes = 0;
    std::uint64_t inodes = 0;

    bool operator==(const Ext4Size&) const = default;
};

/// mkfs.ext4 of a sparse file without a journal yet. metadata_csum_seed: else every checksum
/// depends on the UUID, and giving a clone its own means rewriting them all.
std::vector<std::string> make_ext4_arguments(const std::string& file, const Ext4Size& size);
/// Makes FILE, which must not be there, of SIZE.
Result<void> make_ext4(const std::string& file, const Ext4Size& size);
/// Gives a filled, unmounted file system its journal, so that clones do not share what the filling
/// left in one, and verifies it (e2fsck -n).
Result<void> finish_ext4(const std::string& file);
/// NFS servers tell file systems apart by UUID: each clone needs its own.
Result<void> set_random_uuid(const std::string& file);

/// What the superblock of FILE says. Errors: conflict when it is no ext4, or is marked as damaged;
/// with the cure.
Result<void> check_superblock(const sys::Fd& file, const std::string& path);
/// The same for the first bytes of a file (ext4 documentation, "Super Block").
Result<void> check_superblock_bytes(std::string_view bytes, const std::string& path);
/// How large the file system is, by a good superblock in the first bytes of a file.
std::uint64_t superblock_file_system_bytes(std::string_view bytes);

/// For a file from elsewhere: that PATH is a file of its own (no link) with a whole ext4 in it, as
/// long as its superblock says. Returns its size in bytes. Errors: those of check_superblock;
/// not_found; invalid_input for what is no file; conflict for one that was cut off.
Result<std::uint64_t> check_whole_ext4(const std::string& path);

}  // namespace dim::server
