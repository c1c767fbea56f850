#include "imageserver/image/xfs_file.hpp"

#include "imageserver/image/disk_tools.hpp"
#include "libdim/base/byte_order.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/file.hpp"

namespace dim::server {

namespace {

constexpr const char* kXfsPackage = "xfsprogs";
constexpr std::string_view kXfsMagic = "XFSB";
constexpr std::size_t kXfsBlockSizeOffset = 4;
constexpr std::size_t kXfsBlockCountOffset = 8;
constexpr std::size_t kXfsKnown = 16;

}  // namespace

Result<void> make_xfs(const std::string& file, std::uint64_t bytes) {
    {
        DIM_TRY(const sys::Fd fd, sys::open(file, O_WRONLY | O_CREAT | O_EXCL, 0600));
        DIM_CHECK(sys::ftruncate(fd, bytes));
    }
    // The blocks of a blade image are its own; what shares them is the disk below, if any.
    DIM_CHECK(run_good_disk_tool({"mkfs.xfs", "-q", "-f", "-m", "reflink=0", file}, kXfsPackage));
    return {};
}

Result<void> finish_xfs(const std::string& file) {
    DIM_CHECK(run_good_disk_tool({"xfs_repair", "-n", "-f", file}, kXfsPackage));
    return {};
}

Result<void> set_random_xfs_uuid(const std::string& file) {
    DIM_CHECK(run_good_disk_tool({"xfs_admin", "-f", "-U", "generate", file}, kXfsPackage));
    return {};
}

Result<void> grow_mounted_xfs(const std::string& mount_point) {
    DIM_CHECK(run_good_disk_tool({"xfs_growfs", "-d", mount_point}, kXfsPackage));
    return {};
}

Result<CheckedFileSystem> check_xfs(const std::string& file) {
    DIM_TRY(const sys::RunResult result,
            run_disk_tool({"xfs_repair", "-n", "-f", file}, kXfsPackage));
    if (result.status.is_success()) return CheckedFileSystem{true, {}};
    std::string told = printable(trim(result.output), 500);
    // 1: corruption was found; 2: the log is to be replayed first, by a mount.
    if (result.status.signal == 0 && (result.status.code == 1 || result.status.code == 2))
        return CheckedFileSystem{false, std::move(told)};
    return fail(ErrorCode::io,
                "xfs_repair " + file + ": " + to_string(result.status) + ": " + told);
}

Result<void> mend_xfs(const std::string& file, const std::string& original) {
    DIM_TRY(const sys::RunResult result, run_disk_tool({"xfs_repair", "-f", file}, kXfsPackage));
    if (result.status.is_success()) return {};
    return fail(
        Error(ErrorCode::conflict, original + " is damaged: " + printable(trim(result.output), 500))
            .with_cure("with the blade off: 'dim nfs unexport', 'umount' it, 'xfs_repair -f " +
                       original + "', see xfs_repair(8)"));
}

bool is_xfs(std::string_view bytes) {
    return bytes.size() >= kXfsKnown && bytes.starts_with(kXfsMagic);
}

std::uint64_t xfs_bytes(std::string_view bytes) {
    const std::uint64_t block = big_endian(bytes, kXfsBlockSizeOffset, 4);
    const std::uint64_t blocks = big_endian(bytes, kXfsBlockCountOffset, 8);
    // One whose size cannot be is longer than any file.
    return block != 0 && blocks > UINT64_MAX / block ? UINT64_MAX : blocks * block;
}

}  // namespace dim::server
