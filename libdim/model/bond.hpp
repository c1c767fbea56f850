#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dim::model {

/// How a bond uses its ports; the numbers are the kernel's (linux/if_bonding.h).
enum class BondMode : std::uint8_t {
    balance_rr = 0,
    active_backup = 1,
    balance_xor = 2,
    lacp = 4,  ///< IEEE 802.1AX, once 802.3ad
    balance_tlb = 5,
    balance_alb = 6
};
/// "balance-rr", "active-backup", "balance-xor", "802.3ad", "balance-tlb", "balance-alb"
std::string_view to_string(BondMode mode);

/// Ports that are used as one, as the word dim.bond= of the kernel command line has it.
struct Bond {
    static constexpr std::size_t kMostPorts = 16;

    BondMode mode;
    /// MAC addresses, as to_string() has them, or the names that the kernel gives. None: all ports
    /// that have a link.
    std::vector<std::string> ports = {};

    /// "active-backup", "802.3ad,52:54:00:01:01:01,eth1". Errors: invalid_input, for a port that is
    /// there twice, too; limit_exceeded.
    static Result<Bond> parse(std::string_view text);
    bool operator==(const Bond&) const = default;
};
/// As Bond::parse() reads it.
std::string to_string(const Bond& bond);

}  // namespace dim::model
