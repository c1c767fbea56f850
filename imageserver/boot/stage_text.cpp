#include "imageserver/boot/stage_text.hpp"

#include <cerrno>

namespace dim::server {

using model::BootStage;

std::string_view stage_text(BootStage stage) {
    switch (stage) {
        case BootStage::firmware: return "the firmware asks for an address";
        case BootStage::kernel: return "the kernel starts";
        case BootStage::environment: return "the agent reads command line and device tree";
        case BootStage::network: return "the agent brings up the boot interface";
        case BootStage::connect: return "the agent connects to the image server";
        case BootStage::tls: return "the agent verifies the image server";
        case BootStage::plan: return "the agent asks what to mount";
        case BootStage::mount_root: return "the agent mounts the blade image";
        case BootStage::mount_shared: return "the agent mounts the shared root";
        case BootStage::switch_root: return "the agent changes into the new root";
        case BootStage::exec_init: return "the agent becomes the distribution's init";
        case BootStage::running: return "the distribution runs";
    }
    return {};
}

std::string failure_cure(BootStage stage, std::optional<std::uint32_t> system_errno) {
    switch (stage) {
        case BootStage::firmware:
        case BootStage::kernel: return "look at the blade's console";
        case BootStage::environment:
            return "make the boot file again with 'dim buildzimage', then power the blade off and "
                   "on";
        case BootStage::network: return "check the blade's boot interface and its network";
        case BootStage::connect:
            return "nothing if the daemon was down: the blade keeps trying; else check the network";
        case BootStage::tls:
            return "make the boot file again with 'dim buildzimage', then power the blade off and "
                   "on";
        case BootStage::plan: return "see the image server's answer above";
        case BootStage::mount_root:
        case BootStage::mount_shared:
            if (system_errno == ENOENT || system_errno == EACCES)
                return "'dim nfs show' lists what the blade may mount; 'dim nfs export' offers its "
                       "image";
            return "'dim status' tells whether the NFS server runs; the blade keeps trying";
        case BootStage::switch_root:
        case BootStage::exec_init:
            return "the image must hold its init and the libraries that init needs: look below its "
                   "mount "
                   "point ('dim image list')";
        case BootStage::running: return "look at the blade's console";
    }
    return {};
}

}  // namespace dim::server
