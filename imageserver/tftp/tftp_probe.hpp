#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/ipv4.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace dim::server {

/// What a TFTP server (RFC 1350) says about a read request.
enum class TftpReply {
    data,     ///< it sends the file
    refusal,  ///< it sends an error
};

/// The read request for FILE in mode octet.
std::string tftp_read_request(std::string_view file);

/// Errors: invalid_input for what is neither data nor an error.
Result<TftpReply> parse_tftp_reply(std::string_view datagram);

/// Asks for a file that does not exist; any definite answer means that the server works. Blocks up
/// to TIMEOUT. Errors: timed_out.
Result<void> probe_tftp(model::Ipv4Address server, std::uint16_t port,
                        std::chrono::milliseconds timeout);

}  // namespace dim::server
