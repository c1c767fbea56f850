#pragma once

#include "imageserver/boot_file/kernel_lacks.hpp"
#include "imageserver/boot_file/kernel_wishes.hpp"
#include "imageserver/image/generation_files.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/hardware.hpp"

#include <string>
#include <string_view>

namespace dim::server {

/// What a boot file takes from the distribution that it boots.
struct DistributionKernel {
    std::string release;       ///< "6.1.0-50-amd64"
    std::string version = {};  ///< its uname -v: "#1 SMP Debian 6.1.162-1"; empty: it does not tell
    std::string kernel;        ///< as a boot file holds it
    std::string modules;       ///< a compressed cpio archive with lib/modules/RELEASE, lib/firmware
    std::string os_release;    ///< os-release(5)
};

/// The newest kernel of TREE that is wished for and has its modules there, with the drivers of the
/// platform (boot_drivers.hpp) and those of WISHES, what they need, and the firmware files that
/// they name. Errors: not_found when there is none, it lacks the modules that a root on NFS needs,
/// or one that is wished for, with the nearest; invalid_input when its files are damaged
/// or for another machine; limit_exceeded; all of these with the cure.
Result<DistributionKernel> take_kernel(const GenerationTree& tree, const model::Platform& platform,
                                       const KernelWishes& wishes);

/// What that kernel and its drivers lack. Reads the modules as take_kernel(). Errors: those of
/// take_kernel().
Result<KernelLacks> kernel_lacks(const GenerationTree& tree, const model::Platform& platform,
                                 const KernelWishes& wishes);

/// What is the same as long as take_kernel() would take the same kernel, modules and firmware, told
/// by the manifest of TREE alone. Errors: not_found, as take_kernel().
Result<std::string> kernel_mark(const GenerationTree& tree, const model::Platform& platform,
                                const KernelWishes& wishes);

/// Whether release OLDER is before NEWER: numbers by their values, words by their letters, and a
/// number is newer than a word, as rpm(8) has it.
bool is_older_release(std::string_view older, std::string_view newer);

}  // namespace dim::server
