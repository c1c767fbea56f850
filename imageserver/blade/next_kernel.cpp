#include "imageserver/blade/next_kernel.hpp"

#include "imageserver/boot/boot_change.hpp"

namespace dim::server {

std::optional<OtherKernel> other_kernel(const BootRecord& boot, const api::BootFile& next) {
    if (!boot.kernel_release || !next.kernel) return std::nullopt;
    // The record has what a blade told, made fit to be shown.
    const std::string release = story_text(*next.kernel);
    if (*boot.kernel_release != release) return OtherKernel{*boot.kernel_release, release};
    if (!boot.kernel_version || !next.kernel_version) return std::nullopt;
    const std::string version = story_text(*next.kernel_version);
    if (*boot.kernel_version == version) return std::nullopt;
    return OtherKernel{release + ' ' + *boot.kernel_version, release + ' ' + version};
}

}  // namespace dim::server
