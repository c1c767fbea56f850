#pragma once

#include "imageserver/boot_file/distribution_kernel.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/hardware.hpp"
#include "linuxrc/pe_signature.hpp"
#include "linuxrc/ramdisk.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

/// What boot files are made of that is no image's.
struct BootFileMaterials {
    std::string kernel_kit;  ///< directory made by scripts/build-kernel
    std::string agents;      ///< directory with ARCHITECTURE/initagent
    /// systemd's stubs, linuxx64.efi.stub and others.
    std::string uefi_stubs = "/usr/lib/systemd/boot/efi";
    /// Where db.key and db.crt are, which sign for UEFI Secure Boot; empty, or none there:
    /// unsigned.
    std::string secure_boot = {};
};

/// What signs boot files; nothing when nothing does. Errors: invalid_input when one of the files is
/// missing or others can read the key.
Result<std::optional<linuxrc::SecureBootKey>> secure_boot_key(const BootFileMaterials& materials);

struct BootFileOrder {
    const model::Platform* platform;
    linuxrc::RamdiskKind ramdisk = linuxrc::RamdiskKind::initramfs;
    std::string command_line;
    std::string authorities = {};  ///< PEM
    /// For platforms that boot the distribution's own.
    std::optional<DistributionKernel> kernel = {};
};

struct AssembledBootFile {
    std::string bytes;
    std::optional<std::string> kernel;          ///< its release, if it is known
    std::optional<std::string> kernel_version;  ///< the same of its uname -v
};

/// "zImage", "linux.efi"
std::string_view boot_file_name(model::BootFileFormat format);

/// Told as progress: assemble_boot_file() does the first two, its caller installs the file.
inline constexpr std::uint64_t kBootFileSteps = 3;

/// Puts one together, with files in the directory WORK, which is empty. Errors: not_found when the
/// agent, the kernel or a tool is missing; invalid_input; limit_exceeded.
Result<AssembledBootFile> assemble_boot_file(const BootFileMaterials& materials,
                                             const BootFileOrder& order, const std::string& work,
                                             const Progress& progress);

/// The kernel of a boot FILE that assemble_boot_file made of a distribution's, of the kernel
/// release RELEASE.
Result<DistributionKernel> kernel_in(model::BootFileFormat format, std::string_view file,
                                     const std::string& release);

/// FILE with another command line in the place of FROM, signed anew if it is to be.
Result<std::string> with_other_command_line(const BootFileMaterials& materials,
                                            model::BootFileFormat format, std::string file,
                                            const std::string& from, const std::string& to);

}  // namespace dim::server
