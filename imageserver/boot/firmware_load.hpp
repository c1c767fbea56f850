#pragma once

#include "libdim/base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dim::server {

/// How the firmware of a blade, or iPXE in its place, loads a file by HTTP.
struct FirmwareLoad {
    enum class Step {
        begins,      ///< it asked for the file, and is being sent it
        is_done,     ///< it was sent all of it
        broke_off,   ///< it was sent no more than SENT of SIZE
        is_refused,  ///< there is no such file
    };
    Step step;
    std::string file;
    std::uint64_t size = 0;
    std::uint64_t sent = 0;
    std::optional<Error> reason = {};  ///< of a failure
};

}  // namespace dim::server
