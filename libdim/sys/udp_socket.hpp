#pragma once

#include "libdim/sys/clock.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/internet_endpoint.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dim::sys {

/// A UDP socket on a port the kernel chooses; non-blocking.
Result<Fd> udp_socket();
/// The same on a port of ours; ADDRESS 0 is all of ours, PORT 0 lets the kernel choose.
Result<Fd> listen_udp(InternetEndpoint own);
/// The same on all addresses of one interface, which needs to have none (SO_BINDTODEVICE); it may
/// send to all (SO_BROADCAST). For root.
Result<Fd> listen_udp_on(const std::string& interface, std::uint16_t port);
/// One datagram. TO's address is in host byte order.
Result<void> send_datagram(const Fd& socket, std::string_view bytes, InternetEndpoint to);

struct Datagram {
    std::size_t size = 0;  ///< what of it is in the buffer
    InternetEndpoint from;
};
/// One datagram without waiting; nothing when there is none.
Result<std::optional<Datagram>> receive_datagram(const Fd& socket, std::span<char> buffer);
/// Waits for one datagram. Errors: timed_out.
Result<Datagram> receive_datagram(const Fd& socket, std::span<char> buffer,
                                  const Deadline& deadline);

}  // namespace dim::sys
