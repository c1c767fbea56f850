#pragma once

#include "linuxrc/ramdisk.hpp"

#include <string>

namespace dim::linuxrc {

/// What build_initramfs makes, as an ext2 file system, made by e2fsprogs with files in DIRECTORY,
/// which is empty.
Result<std::string> build_initrd(const RamdiskContents& contents, const std::string& directory);

}  // namespace dim::linuxrc
