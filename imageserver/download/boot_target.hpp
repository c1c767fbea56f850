#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dim::server {

/// What of a boot file is asked for.
enum class BootPart {
    whole,    ///< "linux.efi": for UEFI
    kernel,   ///< "linux", and the other two for iPXE
    ramdisk,  ///< "initrd"
    script,   ///< "boot.ipxe"
};
/// The last name of its path.
std::string_view to_string(BootPart part);

/// The path of a URL that names a boot file: /boot/IMAGE/GENERATION/PLATFORM-SHA8/PART, as DHCP
/// tells it, or /boot/IMAGE/PART for whatever is in use now, as people write it in the set-up of a
/// firmware. Nothing else is a path here, so none leads anywhere.
struct BootTarget {
    /// Errors: not_found, with all that can be asked for.
    static Result<BootTarget> parse(std::string_view target);

    model::ImageName image;
    std::string directory;  ///< "debian/3/x86_64-01234567"; empty: what is in use
    BootPart part;

    bool operator==(const BootTarget&) const = default;
};
/// As DHCP tells it.
std::string to_string(const BootTarget& target);

}  // namespace dim::server
