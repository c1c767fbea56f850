#pragma once

#include "imageserver/peer/membership.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/base/result.hpp"
#include "libdim/http/message.hpp"
#include "libdim/sys/clock.hpp"

#include <cstddef>
#include <string>

namespace dim::server {

/// What is asked of the daemon of a member.
struct MemberRequest {
    http::Method method = http::Method::get;
    std::string target;
    std::string body = {};                              ///< JSON
    std::size_t most_bytes = api::limits::kReplyBytes;  ///< of the answer
};

/// Blocks until all of the answer is there; a refusal is one. Errors: those of
/// Membership::connect and of the connection: nobody knows what became of REQUEST.
Result<http::Response> ask_member(Membership& membership, const model::ComponentName& server,
                                  const MemberRequest& request, const sys::Deadline& deadline);

/// What RESPONSE says. Errors: the refusal.
Result<std::string> accepted(http::Response response);

}  // namespace dim::server
