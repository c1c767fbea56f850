#pragma once

#include "libdim/sys/clock.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/internet_endpoint.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace dim::sys {

/// A UDP socket on a port the kernel chooses; non-blocking.
Result<Fd> udp_socket();
/// One datagram. TO's address is in host byte order.
Result<void> send_datagram(const Fd& socket, std::string_view bytes, InternetEndpoint to);

struct Datagram {
    std::size_t size = 0;  ///< what of it is in the buffer
    InternetEndpoint from;
};
/// Waits for one datagram. Errors: timed_out.
Result<Datagram> receive_datagram(const Fd& socket, std::span<char> buffer,
                                  const Deadline& deadline);

}  // namespace dim::sys
