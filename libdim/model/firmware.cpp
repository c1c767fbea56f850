#include "libdim/model/firmware.hpp"

#include <algorithm>
#include <array>

namespace dim::model {

namespace {

using enum Architecture;
using enum FirmwareLoading;

/// Those of one architecture side by side. 9 is "EBC" in RFC 4578: early UEFI on x86-64 says so
/// (errata 4625 of the RFC).
constexpr std::array kFirmwares{
    Firmware{0, x86_64, ipxe, "BIOS"},
    Firmware{7, x86_64, tftp, "UEFI on x86-64"},
    Firmware{9, x86_64, tftp, "UEFI on x86-64"},
    Firmware{16, x86_64, http, "UEFI on x86-64, by HTTP"},
    Firmware{11, aarch64, tftp, "UEFI on ARM, 64 bits"},
    Firmware{19, aarch64, http, "UEFI on ARM, 64 bits, by HTTP"},
};

}  // namespace

std::span<const Firmware> firmwares() { return kFirmwares; }

const Firmware* find_firmware(std::uint16_t dhcp_architecture) {
    const auto* found =
        std::ranges::find(kFirmwares, dhcp_architecture, &Firmware::dhcp_architecture);
    return found == kFirmwares.end() ? nullptr : found;
}

std::span<const Firmware> firmwares_of(Architecture architecture) {
    const auto* first = std::ranges::find(kFirmwares, architecture, &Firmware::architecture);
    const auto* last = std::find_if(first, kFirmwares.end(), [&](const Firmware& firmware) {
        return firmware.architecture != architecture;
    });
    return {first, last};
}

}  // namespace dim::model
