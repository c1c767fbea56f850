#pragma once

#include "libdim/sys/clock.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/internet_endpoint.hpp"

#include <cstdint>
#include <string>

namespace dim::sys {

/// Connected, non-blocking, TCP_NODELAY. Errors: timed_out, unavailable.
Result<Fd> connect_tcp(std::uint32_t address, std::uint16_t port, const Deadline& deadline);
/// The same, from a port of PORTS: from a different one each time, so that no connection meets one
/// of before, and passing over those in use. Errors: permission_denied where ports below 1024 are
/// not ours to use; conflict when all are in use.
Result<Fd> connect_tcp(std::uint32_t address, std::uint16_t port, PortRange ports,
                       const Deadline& deadline);
/// Listening, non-blocking. ADDRESS 0 is all; DEVICE, unless empty, is the only interface it takes
/// connections from; PORT 0 lets the kernel choose.
Result<Fd> listen_tcp(std::uint32_t address, std::uint16_t port, const std::string& device = "");

/// A connection whose other end says nothing at all for about PATIENCE, asked or not, breaks:
/// keepalive and TCP_USER_TIMEOUT of tcp(7).
Result<void> notice_silence(const Fd& socket, std::chrono::seconds patience);

Result<InternetEndpoint> peer_endpoint(const Fd& socket);
Result<InternetEndpoint> local_endpoint(const Fd& socket);

}  // namespace dim::sys
