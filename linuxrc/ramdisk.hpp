#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/hardware.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dim::linuxrc {

/// How the agent gets to the blade.
enum class RamdiskKind {
    initramfs,  ///< a cpio archive; the kernel starts /init in it
    initrd,     ///< an ext2 file system for /dev/ram0, as before Linux 2.6; it starts /linuxrc
};
/// "initramfs", "initrd". Errors: invalid_input.
Result<RamdiskKind> parse_ramdisk_kind(std::string_view text);

struct RamdiskContents {
    std::string agent;           ///< a static program for the blade
    std::string ca_certificate;  ///< PEM
    model::Architecture architecture = model::Architecture::ppc64;
};

/// Checks that AGENT is a program a blade of ARCHITECTURE can start without libraries, and
/// CA_CERTIFICATE a PEM certificate. Errors: invalid_input with the cure.
Result<void> check_contents(const RamdiskContents& contents);

/// The ramdisk, compressed with gzip: /init, /linuxrc, /dim/ca.pem, /dev/console, /dev/null and the
/// empty directories the agent mounts on. The same contents give the same bytes.
Result<std::string> build_initramfs(const RamdiskContents& contents);

/// What the kernel must be told to start the agent from a ramdisk of this kind.
std::vector<std::string> command_line_words(RamdiskKind kind);

}  // namespace dim::linuxrc
