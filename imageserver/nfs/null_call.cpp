#include "imageserver/nfs/null_call.hpp"

#include "libdim/sys/clock.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/sys/tcp_socket.hpp"

#include <array>
#include <chrono>
#include <span>

namespace dim::server {

namespace {

constexpr std::uint16_t kNfsPort = 2049;
constexpr std::uint32_t kNfsProgram = 100003;
constexpr std::uint32_t kNfsVersion = 4;
constexpr std::uint32_t kRpcVersion = 2;
constexpr std::uint32_t kLastFragment = 0x80000000;
constexpr std::uint32_t kReply = 1;
constexpr std::size_t kReplyBytes = 28;  // record mark, xid, REPLY, MSG_ACCEPTED, verifier, SUCCESS

void append(std::string& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<char>(value >> shift & 0xff));
}

std::uint32_t number_at(std::string_view bytes, std::size_t offset) {
    std::uint32_t value = 0;
    for (const char byte : bytes.substr(offset, 4))
        value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

Result<std::string> receive_reply(const sys::Fd& socket, const sys::Deadline& deadline) {
    std::array<char, kReplyBytes> buffer{};
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        DIM_TRY(const std::size_t count,
                sys::receive(socket, std::span(buffer).subspan(filled), deadline));
        if (count == 0) break;
        filled += count;
    }
    return std::string(buffer.data(), filled);
}

}  // namespace

std::string null_call(std::uint32_t transaction) {
    std::string call;
    for (const std::uint32_t field :
         {transaction, std::uint32_t{0}, kRpcVersion, kNfsProgram, kNfsVersion, std::uint32_t{0},
          std::uint32_t{0}, std::uint32_t{0}, std::uint32_t{0}, std::uint32_t{0}})
        append(call, field);
    std::string record;
    append(record, kLastFragment | static_cast<std::uint32_t>(call.size()));
    return record + call;
}

Result<void> check_null_reply(std::string_view reply, std::uint32_t transaction) {
    const bool is_success =
        reply.size() == kReplyBytes && number_at(reply, 0) == (kLastFragment | (kReplyBytes - 4)) &&
        number_at(reply, 4) == transaction && number_at(reply, 8) == kReply &&
        number_at(reply, 12) == 0 && number_at(reply, 20) == 0 && number_at(reply, 24) == 0;
    if (is_success) return {};
    return fail(ErrorCode::unavailable, "the NFS server does not answer as one");
}

Result<void> call_null(model::Ipv4Address address) {
    constexpr std::uint32_t kTransaction = 0x64696d00;
    const sys::Deadline deadline = sys::Deadline::in(std::chrono::seconds(1));
    DIM_TRY(const sys::Fd socket, sys::connect_tcp(address.value(), kNfsPort, deadline));
    DIM_CHECK(sys::send_all(socket, null_call(kTransaction), deadline));
    DIM_TRY(const std::string reply, receive_reply(socket, deadline));
    return check_null_reply(reply, kTransaction);
}

}  // namespace dim::server
