#pragma once

#include "libdim/base/result.hpp"

#include <map>
#include <string>
#include <string_view>

namespace dim::linuxrc {

/// Files of a ramdisk by their paths ("lib/modules/6.1.0/modules.dep"), readable by all.
using RamdiskFiles = std::map<std::string, std::string, std::less<>>;

/// A cpio archive of FILES and the directories they are in, compressed with zstd.
Result<std::string> build_file_archive(const RamdiskFiles& files);

/// One ramdisk of two archives: the kernel unpacks MORE behind FIRST, which was made by
/// build_initramfs.
std::string joined_archives(std::string first, std::string_view more);
/// What was given as MORE; a view of RAMDISK. Errors: invalid_input for what joined_archives did
/// not make.
Result<std::string_view> second_archive(std::string_view ramdisk);

}  // namespace dim::linuxrc
