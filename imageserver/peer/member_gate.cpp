#include "imageserver/peer/member_gate.hpp"

#include "imageserver/peer/relay.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/sys/socket.hpp"

#include <array>
#include <chrono>
#include <string>

namespace dim::server {

namespace {

constexpr std::size_t kNameLimit = 256;
constexpr std::chrono::seconds kNameTimeout{5};
constexpr std::chrono::seconds kConnectTimeout{10};
constexpr std::chrono::seconds kAnswerTimeout{5};

/// Byte by byte: what follows is the member's.
Result<std::string> read_line(const sys::Fd& socket) {
    const sys::Deadline deadline = sys::Deadline::in(kNameTimeout);
    std::string line;
    while (line.size() < kNameLimit) {
        std::array<char, 1> byte;
        DIM_TRY(const std::size_t count, sys::receive(socket, byte, deadline));
        if (count == 0) return fail(ErrorCode::unavailable, "the connection ended");
        if (byte[0] == '\n') return line;
        line += byte[0];
    }
    return fail(ErrorCode::invalid_input, "no server has a name that long");
}

Result<void> answer(const sys::Fd& socket, const std::string& line) {
    return sys::send_all(socket, line + '\n', sys::Deadline::in(kAnswerTimeout));
}

}  // namespace

Result<PeerConnection> MemberGate::connect(const sys::Fd& local) {
    DIM_TRY(const std::string line, read_line(local));
    DIM_TRY(const auto name, model::ComponentName::parse(line));
    auto connection = membership_.connect(name, sys::Deadline::in(kConnectTimeout));
    if (connection) return connection;
    return fail(std::move(connection).error().with_context(to_string(name)));
}

void MemberGate::serve(const sys::Fd& local) {
    const auto connection = connect(local);
    // Whoever is gone needs no answer.
    if (!connection)
        return static_cast<void>(answer(local, api::to_json(api::to_problem(connection.error()))));
    if (!answer(local, "ok")) return;
    static_cast<void>(relay(local, *connection->stream, stop_));
}

}  // namespace dim::server
