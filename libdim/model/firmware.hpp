#pragma once

#include "libdim/model/hardware.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace dim::model {

/// How a firmware gets what it starts.
enum class FirmwareLoading {
    tftp,  ///< the boot file itself, by TFTP
    http,  ///< the boot file itself, from a URL (UEFI specification, HTTP Boot)
    ipxe,  ///< iPXE by TFTP, which then gets everything by HTTP: too little for a boot file
};

/// A firmware that says by DHCP what it is, a row of docs/platforms.md.
struct Firmware {
    /// DHCP option 93 (RFC 4578, IANA "Processor Architecture Types").
    std::uint16_t dhcp_architecture;
    Architecture architecture;
    FirmwareLoading loading;
    std::string_view name;  ///< "UEFI on x86-64"
};

/// All of them. Open Firmware is none of these: it says nothing that can be relied on.
std::span<const Firmware> firmwares();

/// nullptr: none that is known.
const Firmware* find_firmware(std::uint16_t dhcp_architecture);

/// Those of machines that run ARCHITECTURE. Empty: their firmware does not tell what it is, so all
/// are given the boot file.
std::span<const Firmware> firmwares_of(Architecture architecture);

}  // namespace dim::model
