#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/ipv4.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace dim::server {

/// The serial number that SERVER answers for ZONE with. Blocks up to TIMEOUT. Errors: timed_out;
/// unavailable when it has no such zone.
Result<std::uint32_t> probe_dns(model::Ipv4Address server, std::uint16_t port,
                                std::string_view zone, std::chrono::milliseconds timeout);

}  // namespace dim::server
