#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/hardware.hpp"

#include <string>

namespace dim::server {

/// Where QEMU's user-mode emulators are, and where the kernel tells which it starts by itself.
struct EmulatorPlaces {
    std::string programs = "/usr/bin";
    std::string formats = "/proc/sys/fs/binfmt_misc";
};

/// The static program that runs programs of ARCHITECTURE on this server, or nothing when the kernel
/// runs them: its own, and those for which an emulator is registered that needs no file in the
/// blade's root (flag F). Errors: conflict, with the cure, when there is none.
Result<std::string> emulator_for(model::Architecture architecture,
                                 const EmulatorPlaces& places = {});

}  // namespace dim::server
