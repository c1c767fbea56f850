#include "imageserver/tftp/tftp_probe.hpp"

#include "libdim/sys/udp_socket.hpp"

#include <array>

namespace dim::server {

namespace {

constexpr std::string_view kAbsentFile = "dim-probe-no-such-file";
constexpr char kOpcodeData = 3;
constexpr char kOpcodeError = 5;

}  // namespace

std::string tftp_read_request(std::string_view file) {
    std::string request("\x00\x01", 2);
    request.append(file).push_back('\0');
    return request.append("octet").append(1, '\0');
}

Result<TftpReply> parse_tftp_reply(std::string_view datagram) {
    const bool is_reply = datagram.size() >= 4 && datagram[0] == '\0';
    if (is_reply && datagram[1] == kOpcodeData) return TftpReply::data;
    if (is_reply && datagram[1] == kOpcodeError) return TftpReply::refusal;
    return fail(ErrorCode::invalid_input, "the answer is not TFTP");
}

Result<void> probe_tftp(model::Ipv4Address server, std::uint16_t port,
                        std::chrono::milliseconds timeout) {
    const sys::Deadline deadline = sys::Deadline::in(timeout);
    DIM_TRY(const sys::Fd socket, sys::udp_socket());
    const sys::InternetEndpoint endpoint{.address = server.value(), .port = port};
    DIM_CHECK(sys::send_datagram(socket, tftp_read_request(kAbsentFile), endpoint));
    for (;;) {
        std::array<char, 600> buffer;
        const auto datagram = sys::receive_datagram(socket, buffer, deadline);
        if (!datagram) {
            return fail(Error(datagram.error())
                            .with_context("TFTP on " +
                                          sys::endpoint_text(endpoint.address, endpoint.port)));
        }
        // The answer comes from a port of its own, but from nobody else.
        if (datagram->from.address == endpoint.address &&
            parse_tftp_reply({buffer.data(), datagram->size}))
            return {};
    }
}

}  // namespace dim::server
