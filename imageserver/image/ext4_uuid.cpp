#include "imageserver/image/ext4_file.hpp"
#include "imageserver/image/image_file.hpp"
#include "libdim/base/byte_order.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/random.hpp"

#include <algorithm>
#include <array>
#include <string_view>

// Offsets: ext4 documentation, "Super Block". What tune2fs -U does takes longer than all else of a
// clone, most of it three fsyncs that a clone nobody knows yet has no need of.

namespace dim::server {

namespace {

constexpr std::size_t kSuperblockBytes = 1024;
constexpr std::size_t kBlocksPerGroupAt = 0x20;
constexpr std::size_t kUuidAt = 0x68;
constexpr std::size_t kIncompatibleAt = 0x60;
constexpr std::size_t kReadOnlyCompatibleAt = 0x64;
constexpr std::size_t kChecksumAt = 0x3fc;
constexpr std::size_t kUuidBytes = 16;
constexpr std::uint32_t kSparseSuper = 0x1;
constexpr std::uint32_t kMetadataChecksums = 0x400;
constexpr std::uint32_t kChecksumSeed = 0x2000;

/// CRC-32C as the kernel computes it: not inverted at the end.
std::uint32_t crc32c(std::string_view bytes) {
    constexpr std::uint32_t kPolynomial = 0x82f63b78;
    std::uint32_t sum = UINT32_MAX;
    for (const char byte : bytes) {
        sum ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit)
            sum = sum >> 1 ^ ((sum & 1) != 0 ? kPolynomial : 0);
    }
    return sum;
}

/// Whether group NUMBER has a copy of the superblock (feature sparse_super).
bool has_superblock(std::uint64_t number) {
    if (number <= 1) return true;
    return std::ranges::any_of(std::array{3U, 5U, 7U}, [&](unsigned base) {
        std::uint64_t power = base;
        while (power < number)
            power *= base;
        return power == number;
    });
}

Result<std::string> read_superblock(const sys::Fd& fd, std::uint64_t offset,
                                    const std::string& file) {
    std::string bytes(kSuperblockBytes, '\0');
    DIM_TRY(const std::size_t count, sys::read_at(fd, bytes, offset));
    if (count == kSuperblockBytes) return bytes;
    return fail(ErrorCode::conflict, file + " ends before its file system");
}

Result<void> write_uuid(const sys::Fd& fd, std::uint64_t offset, std::string_view uuid,
                        const std::string& file) {
    DIM_TRY(std::string bytes, read_superblock(fd, offset, file));
    const auto sum = [&] { return crc32c(std::string_view(bytes).substr(0, kChecksumAt)); };
    if (little_endian(bytes, kChecksumAt, 4) != sum())
        return fail(ErrorCode::conflict, file + " is damaged: a superblock has a wrong checksum");
    bytes.replace(kUuidAt, uuid.size(), uuid);
    const std::uint32_t after = sum();
    for (std::size_t i = 0; i < 4; ++i)
        bytes[kChecksumAt + i] = static_cast<char>(after >> 8 * i);
    return sys::write_at(fd, bytes, offset);
}

Result<std::string> random_uuid() {
    std::array<unsigned char, kUuidBytes> uuid{};
    DIM_CHECK(sys::getrandom(uuid));
    uuid[6] = static_cast<unsigned char>((uuid[6] & 0x0f) | 0x40);  // version 4 (RFC 4122)
    uuid[8] = static_cast<unsigned char>((uuid[8] & 0x3f) | 0x80);
    return std::string(uuid.begin(), uuid.end());
}

}  // namespace

Result<void> set_random_ext4_uuid(const std::string& file) {
    DIM_TRY(const sys::Fd fd, sys::open(file, O_RDWR | O_NOFOLLOW));
    DIM_TRY(const ImageFile found, identify(fd, file));
    DIM_TRY(const std::string first, read_superblock(fd, kSuperblockBytes, file));
    const bool has_seed = (little_endian(first, kIncompatibleAt, 4) & kChecksumSeed) != 0;
    const std::uint64_t features = little_endian(first, kReadOnlyCompatibleAt, 4);
    const std::uint64_t group_blocks = little_endian(first, kBlocksPerGroupAt, 4);
    if (!has_seed || (features & kMetadataChecksums) == 0 || (features & kSparseSuper) == 0 ||
        group_blocks == 0)
        return fail(ErrorCode::conflict, file + " is no file system that make_ext4 made");
    DIM_TRY(const std::string uuid, random_uuid());
    DIM_CHECK(write_uuid(fd, kSuperblockBytes, uuid, file));
    for (std::uint64_t group = 1; group * group_blocks < found.bytes / kExt4BlockBytes; ++group)
        if (has_superblock(group))
            DIM_CHECK(write_uuid(fd, group * group_blocks * kExt4BlockBytes, uuid, file));
    return {};
}

}  // namespace dim::server
