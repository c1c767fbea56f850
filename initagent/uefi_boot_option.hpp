#pragma once

#include "libdim/model/mac_address.hpp"
#include "libdim/model/vlan.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dim::agent {

/// Of one variable in efivarfs: more than any firmware has in a boot option.
inline constexpr std::size_t kUefiVariableLimit = 16 * 1024;

/// What the firmware can boot from (UEFI specification 2.10, 3.1.3, EFI_LOAD_OPTION).
struct UefiBootOption {
    std::string description;               ///< printable: "UEFI PXEv4 (MAC:525400010101)"
    std::optional<model::MacAddress> mac;  ///< of the port, for a boot from the network
    std::optional<model::VlanId> vlan;     ///< that the firmware is on

    bool operator==(const UefiBootOption&) const = default;
};

/// The variables are as efivarfs has them: attributes, 4 bytes, then the value.
/// BootCurrent: the number of the option that this boot is of. Errors: invalid_input.
Result<std::uint16_t> parse_uefi_boot_current(std::string_view variable);
/// The name in efivarfs of the option NUMBER: "Boot0003-8be4df61-…".
std::string uefi_boot_option_name(std::uint16_t number);
/// Boot####. Errors: invalid_input for lengths that do not fit; limit_exceeded.
Result<UefiBootOption> parse_uefi_boot_option(std::string_view variable);

/// A variable that parse_uefi_boot_option reads back to the same.
std::string serialize(const UefiBootOption& option);

/// What the firmware whose variables are in DIRECTORY (efivarfs) booted from. Errors: those of the
/// variables; not_found without.
Result<UefiBootOption> read_uefi_boot_option(const std::string& directory);

}  // namespace dim::agent
