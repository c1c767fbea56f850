#pragma once

#include "libdim/sys/clock.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/internet_endpoint.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace dim::sys {

/// A UDP socket on a port the kernel chooses; non-blocking.
Result<Fd> udp_socket();
/// The same on a port of ours; ADDRESS 0 is all of ours, PORT 0 lets the kernel choose.
Result<Fd> listen_udp(InternetEndpoint own);
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
