#include "linuxrc/ramdisk_files.hpp"

#include "linuxrc/cpio_archive.hpp"
#include "linuxrc/gzip.hpp"
#include "linuxrc/zstd.hpp"

#include <algorithm>
#include <set>

namespace dim::linuxrc {

namespace {

/// Documentation/driver-api/early-userspace/buffer-format.rst: between archives there may be NULs.
constexpr std::size_t kAlignment = 4;

std::size_t aligned(std::size_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

Result<std::string> build_file_archive(const RamdiskFiles& files) {
    CpioArchive archive;
    std::set<std::string, std::less<>> directories;
    for (const auto& [path, contents] : files) {
        for (std::size_t slash = path.find('/'); slash != std::string::npos;
             slash = path.find('/', slash + 1)) {
            if (directories.insert(path.substr(0, slash)).second)
                archive.add_directory(path.substr(0, slash));
        }
        archive.add_file(path, contents);
    }
    return zstd(std::move(archive).finish());
}

std::string joined_archives(std::string first, std::string_view more) {
    first.resize(aligned(first.size()));
    return first.append(more);
}

Result<std::string_view> second_archive(std::string_view ramdisk) {
    DIM_TRY(const std::size_t first, gzip_size(ramdisk));
    return ramdisk.substr(std::min(aligned(first), ramdisk.size()));
}

}  // namespace dim::linuxrc
