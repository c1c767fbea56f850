#pragma once

#include "imageserver/boot_file/boot_file_catalog.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/hardware.hpp"
#include "libdim/model/names.hpp"

#include <cstdint>
#include <string>

namespace dim::server {

/// What a new boot file is called in the work directory, until it is installed.
inline constexpr const char* kStagedBootFile = "boot-file";

/// Where a boot file is below the TFTP root.
struct BootFilePlace {
    std::string parent;     ///< "granite/3"
    std::string name;       ///< "ppc64-01234567"
    std::string file_name;  ///< "zImage"

    std::string file() const { return parent + "/" + name + "/" + file_name; }
    /// The opposite of file().
    static BootFilePlace of(const std::string& path);
};

BootFilePlace place_of(const model::ImageName& image, model::Generation generation,
                       const model::Platform& platform, const std::string& sha256);

/// Moves WORK/kStagedBootFile to PLACE below ROOT, where it appears whole. One that is there is
/// replaced: its name promises the same content.
Result<void> install_boot_file(const std::string& work, const std::string& root,
                               const BootFilePlace& place);

/// Deletes those of a GENERATION of IMAGE below ROOT that are not current and were not replaced
/// after BEFORE_US.
Result<void> collect_boot_files(const std::string& root, const std::string& image,
                                const std::string& generation, BootFileCatalog& catalog,
                                std::int64_t before_us);

}  // namespace dim::server
