#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/ipv4.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dim::server {

/// The NFSv4 procedure that does nothing (RFC 7530, section 15.1), as a record of ONC RPC over TCP
/// (RFC 5531).
std::string null_call(std::uint32_t transaction);
/// Errors: unavailable unless REPLY, one record, says that the call succeeded.
Result<void> check_null_reply(std::string_view reply, std::uint32_t transaction);

/// Asks the NFS server at ADDRESS; waits a second at most.
Result<void> call_null(model::Ipv4Address address);

}  // namespace dim::server
