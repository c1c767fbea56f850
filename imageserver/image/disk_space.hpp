#pragma once

#include "imageserver/image/provisioning.hpp"
#include "libdim/base/result.hpp"

#include <cstdint>
#include <string>

namespace dim::server {

/// Of the file system that holds the images, in bytes.
struct DiskSpace {
    std::uint64_t total;
    std::uint64_t free;
    std::uint64_t committed;  ///< what blade images may grow to, added up
    std::uint64_t allocated;  ///< what they take now

    bool operator==(const DiskSpace&) const = default;
};

/// What of a disk of TOTAL bytes is not given to images, but kept for the daemon's own writes, and
/// for the time it takes somebody to come: a twentieth, at most 1 GiB. Below it there is an alert.
std::uint64_t low_water(std::uint64_t total);

/// Errors: limit_exceeded unless SPACE has NEED bytes left above its low-water mark, with need and
/// have.
Result<void> check_fits(const std::string& directory, const DiskSpace& space, std::uint64_t need);
/// The same for the file system of DIRECTORY as it is now.
Result<void> check_space(const std::string& directory, std::uint64_t need);
/// Errors: limit_exceeded when blade images add up to more than PROVISIONING allows.
Result<void> check_commitment(const std::string& directory, const DiskSpace& space,
                              Provisioning provisioning);

/// Gives the image FILE all its space on the disk: to write to it needs no more. What it holds
/// stays; nothing is done where nothing is missing. Errors: limit_exceeded when it does not fit,
/// conflict on a file system that cannot (btrfs).
Result<void> reserve(const std::string& file);

}  // namespace dim::server
