#include "imageserver/image/ext4_file.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/punch_zeros.hpp"
#include "libdim/sys/run.hpp"

#include <sys/stat.h>

namespace dim::server {

namespace {

constexpr std::chrono::minutes kToolTimeout{10};
constexpr std::size_t kSuperblockOffset = 1024;
constexpr std::size_t kMagicOffset = kSuperblockOffset + 0x38;
constexpr std::size_t kStateOffset = kSuperblockOffset + 0x3a;
constexpr std::size_t kBlockCountOffset = kSuperblockOffset + 0x4;
constexpr std::size_t kBlockSizeOffset = kSuperblockOffset + 0x18;
constexpr std::size_t kIncompatibleOffset = kSuperblockOffset + 0x60;
constexpr std::size_t kBlockCountHighOffset = kSuperblockOffset + 0x150;
constexpr std::uint32_t kFeature64Bit = 0x80;
constexpr std::size_t kSuperblockEnd = kSuperblockOffset + 1024;
constexpr unsigned kMagic = 0xef53;
constexpr unsigned kErrorsDetected = 0x0002;
constexpr int kJournalMegabytes = 4;

Result<void> run_tool(const std::vector<std::string>& arguments) {
    Result<sys::RunResult> result = sys::run(arguments, kToolTimeout);
    if (!result && result.error().code() == ErrorCode::not_found)
        return fail(std::move(result).error().with_cure("install the package e2fsprogs"));
    if (!result) return fail(std::move(result).error());
    if (!result->status.is_success()) {
        return fail(ErrorCode::io, arguments.front() + " " + arguments.back() + ": " +
                                       to_string(result->status) + ": " +
                                       printable(trim(result->output), 500));
    }
    return {};
}

unsigned little_endian_16(std::string_view bytes, std::size_t offset) {
    return static_cast<unsigned char>(bytes[offset]) |
           static_cast<unsigned>(static_cast<unsigned char>(bytes[offset + 1])) << 8;
}

std::uint32_t little_endian_32(std::string_view bytes, std::size_t offset) {
    return little_endian_16(bytes, offset) | little_endian_16(bytes, offset + 2) << 16;
}

/// The first bytes of the file, as far as there are any.
Result<std::string> read_superblock(const sys::Fd& file) {
    std::string bytes(kSuperblockEnd, '\0');
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        DIM_TRY(const std::size_t count, sys::read(file, std::span(bytes).subspan(filled)));
        if (count == 0) break;
        filled += count;
    }
    bytes.resize(filled);
    return bytes;
}

}  // namespace

std::vector<std::string> make_ext4_arguments(const std::string& file, const Ext4Size& size) {
    return {"mkfs.ext4",
            "-q",
            "-F",
            "-b",
            "4096",
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
    return run_tool(make_ext4_arguments(file, size));
}

Result<void> finish_ext4(const std::string& file) {
    DIM_CHECK(run_tool(
        {"tune2fs", "-O", "has_journal", "-J", "size=" + std::to_string(kJournalMegabytes), file}));
    DIM_CHECK(run_tool({"e2fsck", "-f", "-n", file}));
    // The empty journal was written as zeros; clones need not carry them.
    DIM_TRY(const sys::Fd fd, sys::open(file, O_RDWR));
    return sys::punch_zeros(fd);
}

Result<void> set_random_uuid(const std::string& file) {
    return run_tool({"tune2fs", "-U", "random", file});
}

Result<void> check_superblock_bytes(std::string_view bytes, const std::string& path) {
    if (bytes.size() < kSuperblockEnd || little_endian_16(bytes, kMagicOffset) != kMagic) {
        return fail(Error(ErrorCode::conflict,
                          path + " cannot be mounted: it is damaged, it holds no ext4 file system")
                        .with_cure("put back a good copy of the file, or try 'e2fsck " + path +
                                   "', which looks for a spare superblock"));
    }
    if ((little_endian_16(bytes, kStateOffset) & kErrorsDetected) != 0) {
        return fail(
            Error(ErrorCode::conflict,
                  path + " is not mounted: it is damaged, the kernel found errors in it")
                .with_cure("with the blade off: 'dim nfs unexport', 'umount' it, 'e2fsck -f " +
                           path + "', then 'dim nfs export'"));
    }
    return {};
}

std::uint64_t superblock_file_system_bytes(std::string_view bytes) {
    std::uint64_t blocks = little_endian_32(bytes, kBlockCountOffset);
    if ((little_endian_32(bytes, kIncompatibleOffset) & kFeature64Bit) != 0)
        blocks |= std::uint64_t{little_endian_32(bytes, kBlockCountHighOffset)} << 32;
    const unsigned shift = 10 + (little_endian_32(bytes, kBlockSizeOffset) & 0xf);
    // One whose size cannot be is longer than any file.
    return blocks > UINT64_MAX >> shift ? UINT64_MAX : blocks << shift;
}

Result<void> check_superblock(const sys::Fd& file, const std::string& path) {
    DIM_TRY(const std::string bytes, read_superblock(file));
    return check_superblock_bytes(bytes, path);
}

Result<std::uint64_t> check_whole_ext4(const std::string& path) {
    DIM_TRY(const sys::Fd file, sys::open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    DIM_TRY(const sys::FileStatus status, sys::fstat(file));
    if (!S_ISREG(status.mode)) return fail(ErrorCode::invalid_input, path + " is no file");
    DIM_TRY(const std::string bytes, read_superblock(file));
    DIM_CHECK(check_superblock_bytes(bytes, path));
    if (superblock_file_system_bytes(bytes) <= status.size) return status.size;
    return fail(Error(ErrorCode::conflict, path + " ends before its file system does")
                    .with_cure("copy it again, whole"));
}

}  // namespace dim::server
