#include "imageserver/image/disk_space.hpp"

#include "libdim/model/byte_size.hpp"
#include "libdim/sys/allocate.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>

namespace dim::server {

namespace {

std::string size_text(std::uint64_t bytes) { return to_string(model::ByteSize(bytes)); }

}  // namespace

std::uint64_t low_water(std::uint64_t total) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
    return std::min(total / 20, kMost);
}

Result<void> check_fits(const std::string& directory, const DiskSpace& space, std::uint64_t need) {
    const std::uint64_t kept = low_water(space.total);
    if (space.free >= kept && need <= space.free - kept) return {};
    return fail(Error(ErrorCode::limit_exceeded, directory + ": no space left (need " +
                                                     size_text(need) + ", have " +
                                                     size_text(space.free) + ", of which " +
                                                     size_text(kept) + " are kept for the daemon)")
                    .with_cure("free some space there ('dim blade list --trash', 'dim blade "
                               "purge'), or give the server a larger disk"));
}

Result<void> check_space(const std::string& directory, std::uint64_t need) {
    DIM_TRY(const sys::SpaceInfo space, sys::statfs(directory));
    return check_fits(
        directory,
        {.total = space.total_bytes, .free = space.available_bytes, .committed = 0, .allocated = 0},
        need);
}

Result<void> check_commitment(const std::string& directory, const DiskSpace& space,
                              Provisioning provisioning) {
    if (provisioning.is_reserved()) return {};
    const std::uint64_t capacity = space.free + space.allocated;
    if (space.committed <= provisioning.limit(capacity)) return {};
    return fail(
        Error(ErrorCode::limit_exceeded,
              directory + ": blade images would add up to " + size_text(space.committed) +
                  ", and " + to_string(provisioning) + " of the " + size_text(capacity) +
                  " that the disk has for them is " + size_text(provisioning.limit(capacity)))
            .with_cure("free some space there, delete and purge blade images that nobody "
                       "needs, give the server a larger disk, or raise its --provisioning"));
}

Result<void> reserve(const std::string& file) {
    DIM_TRY(const sys::Fd fd, sys::open(file, O_RDWR | O_NOFOLLOW));
    DIM_TRY(const sys::FileStatus status, sys::fstat(fd));
    if (status.allocated < status.size) {
        const std::string directory = file.substr(0, file.rfind('/'));
        DIM_CHECK(check_space(directory, status.size - status.allocated));
    }
    auto allocated = sys::allocate(fd, status.size);
    if (allocated) return {};
    return fail(std::move(allocated).error().with_context(file).with_default_cure(
        "--provisioning thin, or a larger disk with ext4 or xfs for the state directory"));
}

}  // namespace dim::server
