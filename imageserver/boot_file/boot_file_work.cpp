#include "imageserver/boot_file/boot_file_work.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/remove_tree.hpp"

namespace dim::server {

Result<void> remove_boot_work(const std::string& state_directory, const char* name) {
    DIM_TRY(const sys::Fd state, sys::open_directory(state_directory));
    return sys::remove_tree(state, name);
}

Result<const model::Platform*> require_platform(model::Architecture architecture) {
    const model::Platform* platform = model::platform_of(architecture);
    if (platform != nullptr) return platform;
    return fail(ErrorCode::invalid_input,
                "no blade type boots images for " + std::string(to_string(architecture)) + " yet");
}

KernelOwner owner_of_kernel(const model::Platform& platform) {
    return boots_distributions_kernel(platform) ? KernelOwner::image : KernelOwner::server;
}

}  // namespace dim::server
