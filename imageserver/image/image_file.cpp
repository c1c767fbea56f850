#include "imageserver/image/image_file.hpp"

#include "imageserver/image/xfs_file.hpp"
#include "libdim/sys/file.hpp"

#include <span>
#include <sys/stat.h>

namespace dim::server {

using model::FileSystem;

namespace {

/// The first bytes of the file, as far as there are any.
Result<std::string> read_superblock(const sys::Fd& file) {
    std::string bytes(kExt4SuperblockEnd, '\0');
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        DIM_TRY(const std::size_t count,
                sys::read_at(file, std::span(bytes).subspan(filled), filled));
        if (count == 0) break;
        filled += count;
    }
    bytes.resize(filled);
    return bytes;
}

}  // namespace

Result<ImageFile> identify_bytes(std::string_view bytes, const std::string& path) {
    if (is_xfs(bytes)) return ImageFile{FileSystem::xfs, xfs_bytes(bytes)};
    DIM_CHECK(check_ext4_superblock(bytes, path));
    return ImageFile{FileSystem::ext4, ext4_bytes(bytes)};
}

Result<ImageFile> identify(const sys::Fd& file, const std::string& path) {
    DIM_TRY(const std::string bytes, read_superblock(file));
    return identify_bytes(bytes, path);
}

Result<ImageFile> identify(const std::string& path) {
    DIM_TRY(const sys::Fd file, sys::open(path, O_RDONLY | O_NOFOLLOW));
    return identify(file, path);
}

Result<std::uint64_t> check_whole_file(const std::string& path) {
    DIM_TRY(const sys::Fd file, sys::open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    DIM_TRY(const sys::FileStatus status, sys::fstat(file));
    if (!S_ISREG(status.mode)) return fail(ErrorCode::invalid_input, path + " is no file");
    DIM_TRY(const ImageFile found, identify(file, path));
    if (found.bytes <= status.size) return status.size;
    return fail(Error(ErrorCode::conflict, path + " ends before its file system does")
                    .with_cure("copy it again, whole"));
}

Result<void> make_file_system(FileSystem type, const std::string& file, const Ext4Size& size) {
    return type == FileSystem::xfs ? make_xfs(file, size.bytes) : make_ext4(file, size);
}

Result<void> finish_file_system(const std::string& file) {
    DIM_TRY(const ImageFile found, identify(file));
    return found.type == FileSystem::xfs ? finish_xfs(file) : finish_ext4(file);
}

Result<void> set_random_uuid(const std::string& file) {
    DIM_TRY(const ImageFile found, identify(file));
    return found.type == FileSystem::xfs ? set_random_xfs_uuid(file) : set_random_ext4_uuid(file);
}

Result<void> grow_mounted(const std::string& file, const std::string& mount_point,
                          std::uint64_t bytes) {
    DIM_TRY(const ImageFile found, identify(file));
    return found.type == FileSystem::xfs ? grow_mounted_xfs(mount_point)
                                         : grow_mounted_ext4(mount_point, bytes);
}

Result<void> resize_copy(const std::string& file, std::uint64_t bytes,
                         const std::string& original) {
    DIM_TRY(const ImageFile found, identify(file));
    if (found.type == FileSystem::ext4) return resize_ext4_file(file, bytes, original);
    return fail(Error(ErrorCode::conflict, "xfs can only become larger")
                    .with_cure("copy what it holds, delete it and create it anew"));
}

Result<CheckedFileSystem> examine_file(const std::string& file) {
    DIM_TRY(const sys::Fd fd, sys::open(file, O_RDONLY | O_NOFOLLOW));
    DIM_TRY(const std::string bytes, read_superblock(fd));
    if (is_xfs(bytes)) return check_xfs(file);
    DIM_TRY(CheckedFileSystem checked, check_ext4(file));
    if (!checked.is_clean) return checked;
    // What the kernel found is marked until somebody mends it.
    if (!identify_bytes(bytes, file))
        return CheckedFileSystem{false, "the kernel found errors in it"};
    return checked;
}

Result<void> mend_copy(const std::string& file, const std::string& original) {
    DIM_TRY(const sys::Fd fd, sys::open(file, O_RDONLY | O_NOFOLLOW));
    DIM_TRY(const std::string bytes, read_superblock(fd));
    return is_xfs(bytes) ? mend_xfs(file, original) : mend_ext4(file, original);
}

std::string repair_command(FileSystem type, const std::string& path) {
    return (type == FileSystem::xfs ? "xfs_repair -f " : "e2fsck -f ") + path;
}

}  // namespace dim::server
