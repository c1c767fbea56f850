#include "imageserver/dns/dns_probe.hpp"

#include "imageserver/dns/dns_message.hpp"
#include "libdim/sys/udp_socket.hpp"

#include <array>

namespace dim::server {

Result<std::uint32_t> probe_dns(model::Ipv4Address server, std::uint16_t port,
                                std::string_view zone, std::chrono::milliseconds timeout) {
    const sys::Deadline deadline = sys::Deadline::in(timeout);
    const auto id = static_cast<std::uint16_t>(sys::monotonic_us() & 0xffff);
    DIM_TRY(const std::string query, soa_query(id, zone));
    DIM_TRY(const sys::Fd socket, sys::udp_socket());
    const sys::InternetEndpoint endpoint{.address = server.value(), .port = port};
    const std::string context = "DNS on " + sys::endpoint_text(endpoint.address, endpoint.port);
    DIM_CHECK(sys::send_datagram(socket, query, endpoint));
    for (;;) {
        std::array<char, 1232> buffer;
        const auto datagram = sys::receive_datagram(socket, buffer, deadline);
        if (!datagram) return fail(Error(datagram.error()).with_context(context));
        if (datagram->from.address != endpoint.address || datagram->from.port != port) continue;
        auto serial = parse_soa_answer(id, {buffer.data(), datagram->size});
        if (serial) return *serial;
        if (serial.error().code() == ErrorCode::unavailable)
            return fail(std::move(serial).error().with_context(context));
    }
}

}  // namespace dim::server
