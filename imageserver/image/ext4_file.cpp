#include "imageserver/image/ext4_file.hpp"

#include "imageserver/image/disk_tools.hpp"
#include "libdim/base/byte_order.hpp"
#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/model/byte_size.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/punch_zeros.hpp"
#include "libdim/sys/resize_ext4.hpp"

namespace dim::server {

namespace {

constexpr const char* kExt4Package = "e2fsprogs";
constexpr std::size_t kSuperblockOffset = 1024;
constexpr std::size_t kMagicOffset = kSuperblockOffset + 0x38;
constexpr std::size_t kStateOffset = kSuperblockOffset + 0x3a;
constexpr std::size_t kBlockCountOffset = kSuperblockOffset + 0x4;
constexpr std::size_t kBlockSizeOffset = kSuperblockOffset + 0x18;
constexpr std::size_t kIncompatibleOffset = kSuperblockOffset + 0x60;
constexpr std::size_t kBlockCountHighOffset = kSuperblockOffset + 0x150;
constexpr std::uint32_t kFeature64Bit = 0x80;
constexpr unsigned kMagic = 0xef53;
constexpr unsigned kErrorsDetected = 0x0002;
constexpr int kJournalMegabytes = 4;
constexpr int kMended = 1;       // e2fsck(8): errors were corrected
constexpr int kChecked = 4 | 8;  // and: errors were left, it is beyond what e2fsck understands
constexpr std::size_t kToldBytes = 500;

/// Errors: limit_exceeded when what is in FILE needs more than BYTES.
Result<void> check_minimum(const std::string& file, std::uint64_t bytes) {
    // "Estimated minimum size of the filesystem: 1234"
    DIM_TRY(const std::string told, run_good_disk_tool({"resize2fs", "-P", file}, kExt4Package));
    const std::string_view number = trim(std::string_view(told).substr(told.rfind(':') + 1));
    DIM_TRY(const auto blocks, parse_number<std::uint64_t>(number));
    if (blocks <= bytes / kExt4BlockBytes) return {};
    return fail(
        Error(ErrorCode::limit_exceeded, "what it holds needs " +
                                             to_string(model::ByteSize(blocks * kExt4BlockBytes)) +
                                             ", more than " + to_string(model::ByteSize(bytes)))
            .with_cure("delete files in it, or name a larger size"));
}

}  // namespace

std::vector<std::string> make_ext4_arguments(const std::string& file, const Ext4Size& size) {
    return {"mkfs.ext4",
            "-q",
            "-F",
            "-b",
            std::to_string(kExt4BlockBytes),
            "-I",
            "256",
            "-m",
            "0",
            "-N",
            std::to_string(size.inodes),
            "-O",
            "extent,64bit,flex_bg,metadata_csum,metadata_csum_seed,^has_journal,^orphan_file",
            "-E",
            "lazy_itable_init=0,discard,root_owner=0:0",
            file};
}

Result<void> make_ext4(const std::string& file, const Ext4Size& size) {
    {
        DIM_TRY(const sys::Fd fd, sys::open(file, O_WRONLY | O_CREAT | O_EXCL, 0600));
        DIM_CHECK(sys::ftruncate(fd, size.bytes));
    }
    DIM_CHECK(run_good_disk_tool(make_ext4_arguments(file, size), kExt4Package));
    return {};
}

Result<void> finish_ext4(const std::string& file) {
    DIM_CHECK(run_good_disk_tool(
        {"tune2fs", "-O", "has_journal", "-J", "size=" + std::to_string(kJournalMegabytes), file},
        kExt4Package));
    DIM_CHECK(run_good_disk_tool({"e2fsck", "-f", "-n", file}, kExt4Package));
    // The empty journal was written as zeros; clones need not carry them.
    DIM_TRY(const sys::Fd fd, sys::open(file, O_RDWR));
    return sys::punch_zeros(fd);
}

Result<void> grow_mounted_ext4(const std::string& mount_point, std::uint64_t bytes) {
    DIM_TRY(const sys::Fd root, sys::open_directory(mount_point));
    return sys::resize_ext4(root, bytes / kExt4BlockBytes);
}

Result<CheckedFileSystem> check_ext4(const std::string& file) {
    DIM_CHECK(sys::stat(file));
    DIM_TRY(const sys::RunResult result, run_disk_tool({"e2fsck", "-f", "-n", file}, kExt4Package));
    std::string told = printable(trim(result.output), kToldBytes);
    if (result.status.signal != 0 || (result.status.code & ~kChecked) != 0)
        return fail(ErrorCode::io,
                    "e2fsck " + file + ": " + to_string(result.status) + ": " + told);
    if (result.status.code != 0) return CheckedFileSystem{false, std::move(told)};
    return CheckedFileSystem{true, {}};
}

Result<void> mend_ext4(const std::string& file, const std::string& original) {
    DIM_TRY(const sys::RunResult result, run_disk_tool({"e2fsck", "-f", "-p", file}, kExt4Package));
    if (result.status.signal == 0 && result.status.code <= kMended) return {};
    return fail(
        Error(ErrorCode::conflict, original + " is damaged: " + printable(trim(result.output), 500))
            .with_cure("with the blade off: 'dim nfs unexport', 'umount' it, 'e2fsck -f " +
                       original + "', which asks what to do"));
}

Result<void> resize_ext4_file(const std::string& file, std::uint64_t bytes,
                              const std::string& original) {
    DIM_CHECK(mend_ext4(file, original));
    DIM_TRY(const sys::Fd fd, sys::open(file, O_RDWR));
    DIM_TRY(const sys::FileStatus status, sys::fstat(fd));
    if (bytes < status.size) DIM_CHECK(check_minimum(file, bytes));
    if (bytes > status.size) DIM_CHECK(sys::ftruncate(fd, bytes));
    DIM_CHECK(run_good_disk_tool({"resize2fs", file, std::to_string(bytes / kExt4BlockBytes)},
                                 kExt4Package));
    return sys::ftruncate(fd, bytes);
}

Result<void> check_ext4_superblock(std::string_view bytes, const std::string& path) {
    if (bytes.size() < kExt4SuperblockEnd || little_endian(bytes, kMagicOffset, 2) != kMagic) {
        return fail(
            Error(ErrorCode::conflict,
                  path + " cannot be mounted: it is damaged, it holds no file system that is known")
                .with_cure("put back a good copy of the file, or try 'e2fsck " + path +
                           "', which looks for a spare superblock"));
    }
    if ((little_endian(bytes, kStateOffset, 2) & kErrorsDetected) != 0) {
        return fail(
            Error(ErrorCode::conflict,
                  path + " is not mounted: it is damaged, the kernel found errors in it")
                .with_cure("with the blade off: 'dim nfs unexport', 'umount' it, 'e2fsck -f " +
                           path + "', then 'dim nfs export'"));
    }
    return {};
}

std::uint64_t ext4_bytes(std::string_view bytes) {
    std::uint64_t blocks = little_endian(bytes, kBlockCountOffset, 4);
    if ((little_endian(bytes, kIncompatibleOffset, 4) & kFeature64Bit) != 0)
        blocks |= little_endian(bytes, kBlockCountHighOffset, 4) << 32;
    const std::uint64_t shift = 10 + (little_endian(bytes, kBlockSizeOffset, 4) & 0xf);
    // One whose size cannot be is longer than any file.
    return blocks > UINT64_MAX >> shift ? UINT64_MAX : blocks << shift;
}

}  // namespace dim::server
