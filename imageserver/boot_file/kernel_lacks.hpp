#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace dim::server {

/// What the drivers of a boot file may need, and its image does not have.
struct KernelLacks {
    struct Firmware {
        std::string first;      ///< "bnx2/bnx2-mips-09-6.2.1b.fw", one of them
        std::size_t count = 0;  ///< how many
        bool operator==(const Firmware&) const = default;
    };
    std::map<std::string, Firmware> firmware = {};  ///< by the driver that names it
    bool has_port_driver = true;                    ///< one of boot_drivers.hpp, or wished for

    bool operator==(const KernelLacks&) const = default;
};

/// LACKS in lines for people, with the cure: few and short, whatever modules say.
std::vector<std::string> lines_of(const KernelLacks& lacks);

}  // namespace dim::server
