#pragma once

#include "imageserver/image/ext4_file.hpp"
#include "libdim/model/file_system.hpp"
#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dim::server {

/// The file system in an image file, whichever it is. Every call blocks.
struct ImageFile {
    model::FileSystem type = model::FileSystem::ext4;
    std::uint64_t bytes = 0;  ///< of the file system; of one in use perhaps before it grew
};

/// By the first bytes of the file PATH. Errors: conflict when there is none that is known, or it is
/// marked as damaged; with the cure.
Result<ImageFile> identify_bytes(std::string_view bytes, const std::string& path);
Result<ImageFile> identify(const sys::Fd& file, const std::string& path);
Result<ImageFile> identify(const std::string& path);
/// For a file from elsewhere: that PATH is a file of its own (no link) with a whole file system in
/// it, as long as its superblock says. Returns its size in bytes. Errors: those of identify();
/// not_found; invalid_input for what is no file; conflict for one that was cut off.
Result<std::uint64_t> check_whole_file(const std::string& path);

/// Makes FILE, which must not be there. INODES of SIZE mean nothing to xfs.
Result<void> make_file_system(model::FileSystem type, const std::string& file,
                              const Ext4Size& size);
/// Of a filled, unmounted one: makes it fit to be cloned, and verifies it.
Result<void> finish_file_system(const std::string& file);
/// NFS servers, and xfs, tell file systems apart by UUID: each clone needs its own.
Result<void> set_random_uuid(const std::string& file);
/// Makes the one that is mounted from FILE at MOUNT_POINT fill BYTES of its device, while it is in
/// use. Errors: permission_denied for ext4 without CAP_SYS_RESOURCE, with nothing changed.
Result<void> grow_mounted(const std::string& file, const std::string& mount_point,
                          std::uint64_t bytes);
/// As resize_ext4_file(). Errors: conflict for xfs, which can only grow, in use.
Result<void> resize_copy(const std::string& file, std::uint64_t bytes, const std::string& original);

/// Examines an unmounted one, whole, and changes nothing. Errors: not_found; io when it could not
/// be examined.
Result<CheckedFileSystem> examine_file(const std::string& file);
/// Mends FILE, an unmounted copy of ORIGINAL, as far as that needs no answers. Errors: conflict
/// when that is not enough, with the cure for ORIGINAL.
Result<void> mend_copy(const std::string& file, const std::string& original);

/// What mends a file system of that type in the file PATH, for a cure: "e2fsck -f PATH".
std::string repair_command(model::FileSystem type, const std::string& path);

}  // namespace dim::server
