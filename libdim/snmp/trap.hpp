#pragma once

#include "libdim/base/result.hpp"
#include "libdim/snmp/credentials.hpp"
#include "libdim/snmp/value.hpp"
#include "libdim/tls/secret_text.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace dim::snmp {

inline constexpr std::size_t kTrapBytes = 8192;        ///< of a datagram that is looked at
inline constexpr std::size_t kTrapBindingsLimit = 64;  ///< of one trap

/// What an agent tells without being asked, by version 1 (RFC 1157) or 2c (RFC 3416).
struct Trap {
    tls::SecretText community;
    ObjectId enterprise;  ///< of a trap of the vendor's own; else what version 1 says
    bool is_own = false;  ///< of the vendor's own: NUMBER is its
    std::int32_t number = 0;
    std::vector<Binding> bindings;  ///< those of types that DIM knows
};

/// Errors: invalid_input for what is no trap of version 1 or 2c; limit_exceeded.
Result<Trap> parse_trap(std::string_view datagram);

/// Whether TRAP knows the community of CREDENTIALS; as long to find out for any other. A user of
/// version 3 has none.
bool is_from(const Trap& trap, const Credentials& credentials);

}  // namespace dim::snmp
