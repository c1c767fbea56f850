#pragma once

#include "libdim/base/result.hpp"

#include <string_view>

namespace dim::model {

/// The steps of a boot in their order. The first two are seen by the server, the others are
/// reported by the agent.
enum class BootStage {
    firmware,      ///< the blade's firmware asked for an address (DHCP)
    kernel,        ///< the kernel of the boot file runs; the agent has not spoken yet
    environment,   ///< the agent reads command line and device tree
    network,       ///< it brings up the boot interface
    connect,       ///< it connects to the image server
    tls,           ///< both sides agree on keys; the agent verifies the server
    plan,          ///< it says who it is and gets the boot plan
    mount_root,    ///< it mounts the blade image
    mount_shared,  ///< it mounts the shared root's directories over it
    switch_root,   ///< it moves /dev, /proc and /sys and changes its root
    exec_init,     ///< it becomes the distribution's init
    running,       ///< the monitor saw the distribution's init as process 1
};

std::string_view to_string(BootStage stage);
Result<BootStage> parse_boot_stage(std::string_view text);

/// What is known of a blade.
enum class BladeState {
    unseen,    ///< nothing was ever heard of it
    firmware,  ///< it asked for an address and a boot file
    booting,   ///< its agent speaks with us
    running,   ///< its distribution runs and heartbeats come
    failed,    ///< its last report is a failure; it keeps trying unless told otherwise
    lost,      ///< it was running or booting, and reports have stopped coming
    off,       ///< its management module says that it has no power, and it has not spoken since
};

std::string_view to_string(BladeState state);
Result<BladeState> parse_blade_state(std::string_view text);

}  // namespace dim::model
