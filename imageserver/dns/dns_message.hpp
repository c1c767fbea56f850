#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dim::server {

/// The query for the SOA record of ZONE ("demo.cluster"), as a datagram (RFC 1035, section 4).
/// Errors: invalid_input for what is no domain name.
Result<std::string> soa_query(std::uint16_t id, std::string_view zone);

/// The serial number in an authoritative answer to soa_query(ID, …). Errors: invalid_input for what
/// is no answer to it; unavailable when the server refuses or has no such zone.
Result<std::uint32_t> parse_soa_answer(std::uint16_t id, std::string_view datagram);

}  // namespace dim::server
