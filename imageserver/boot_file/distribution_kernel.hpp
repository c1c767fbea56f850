#pragma once

#include "imageserver/image/generation_files.hpp"
#include "libdim/base/result.hpp"

#include <span>
#include <string>
#include <string_view>

namespace dim::server {

/// What a boot file takes from the distribution that it boots.
struct DistributionKernel {
    std::string release;     ///< "6.1.0-50-amd64"
    std::string kernel;      ///< the file, vmlinuz
    std::string modules;     ///< a compressed cpio archive with lib/modules/RELEASE, lib/firmware
    std::string os_release;  ///< os-release(5)
};

/// The newest kernel of TREE that has its modules there, with those of DRIVERS, what they need, and
/// the firmware files that they name. Errors: not_found when there is none, or it lacks the modules
/// that a root on NFS needs; invalid_input when its files are damaged; limit_exceeded.
Result<DistributionKernel> take_kernel(const GenerationTree& tree,
                                       std::span<const std::string_view> drivers);

/// Whether release OLDER is before NEWER: numbers by their values, words by their letters, and a
/// number is newer than a word, as rpm(8) has it.
bool is_older_release(std::string_view older, std::string_view newer);

}  // namespace dim::server
