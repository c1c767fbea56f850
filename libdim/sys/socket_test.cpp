#include "libdim/sys/file.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/sys/sys_fixture.hpp"
#include "libdim/sys/tcp_socket.hpp"
#include "libdim/sys/unix_socket.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>
#include <fcntl.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;

using testing::kLoopback;

using testing::soon;

TEST(TcpSocket, TellsWhereNobodyListens) {
    std::uint16_t port = 0;
    {
        const Fd listener = listen_tcp(kLoopback, 0).value();
        port = local_endpoint(listener)->port;
    }
    const auto refused = connect_tcp(kLoopback, port, soon());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::unavailable);
    EXPECT_EQ(refused.error().message(),
              "connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST(TcpSocket, ConnectsFromAFreePortOfARange) {
    const Fd listener = listen_tcp(kLoopback, 0).value();
    const std::uint16_t port = local_endpoint(listener)->port;
    // Two neighbours, of which another socket has the first.
    Fd taken = listen_tcp(kLoopback, 0).value();
    PortRange range{.first = local_endpoint(taken)->port, .last = 0};
    range.last = static_cast<std::uint16_t>(range.first + 1);
    const Fd socket = connect_tcp(kLoopback, port, range, soon()).value();
    EXPECT_EQ(local_endpoint(socket)->port, range.last);
    const auto none = connect_tcp(kLoopback, port, range, soon());
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code(), ErrorCode::conflict);
    EXPECT_TRUE(none.error().message().ends_with("are all in use")) << none.error().message();
}

TEST(TcpSocket, TellsWhoListensAlready) {
    const Fd listener = listen_tcp(kLoopback, 0).value();
    const auto second = listen_tcp(kLoopback, local_endpoint(listener)->port);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().message().find("Address already in use"), std::string::npos);
    EXPECT_FALSE(listen_tcp(kLoopback, 0, "nosuchif"));
}

TEST(TcpSocket, ConnectsAndKnowsItsEnds) {
    const Fd listener = listen_tcp(kLoopback, 0).value();
    EXPECT_EQ(accept(listener)->has_value(), false);
    const InternetEndpoint server = local_endpoint(listener).value();
    const Fd client = connect_tcp(server.address, server.port, soon()).value();
    ASSERT_TRUE(poll(listener, Readiness::readable, soon()));
    const Fd accepted = accept(listener).value().value();
    EXPECT_EQ(peer_endpoint(client), server);
    EXPECT_EQ(peer_endpoint(accepted), local_endpoint(client));
    for (const Fd* fd : {&listener, &client, &accepted}) {
        EXPECT_EQ(::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        EXPECT_EQ(::fcntl(fd->get(), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    }
}

TEST(TcpSocket, MovesBytesWithoutWaiting) {
    const Fd listener = listen_tcp(kLoopback, 0).value();
    Fd client = connect_tcp(kLoopback, local_endpoint(listener)->port, soon()).value();
    ASSERT_TRUE(poll(listener, Readiness::readable, soon()));
    const Fd accepted = accept(listener).value().value();
    std::array<char, 16> buffer;
    EXPECT_EQ(receive(accepted, buffer).value(), std::nullopt);
    EXPECT_EQ(poll(accepted, Readiness::readable, Deadline::in(20ms)).error().code(),
              ErrorCode::timed_out);
    EXPECT_EQ(send(client, "hello").value(), 5U);
    ASSERT_TRUE(poll(accepted, Readiness::readable, soon()));
    EXPECT_EQ(receive(accepted, buffer).value(), 5U);
    ASSERT_TRUE(shutdown_write(client));
    ASSERT_TRUE(poll(accepted, Readiness::readable, soon()));
    EXPECT_EQ(receive(accepted, buffer).value(), 0U);
    client.reset();
    // The first finds the connection closed, a later one hears of it: no signal kills us.
    Result<std::optional<std::size_t>> sent = 0;
    for (const Deadline deadline = soon(); sent && !deadline.has_passed();)
        sent = send(accepted, "x");
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code(), ErrorCode::unavailable);
}

TEST(UnixSocket, TellsWhyItCannotConnect) {
    testing::TemporaryDirectory temporary;
    EXPECT_EQ(connect_unix(temporary / "none", soon()).error().code(), ErrorCode::not_found);
    {
        const Fd gone = listen_unix(temporary / "stale", 0600).value();
    }
    EXPECT_EQ(connect_unix(temporary / "stale", soon()).error().code(), ErrorCode::unavailable);
    EXPECT_EQ(connect_unix("/" + std::string(200, 'x'), soon()).error().code(),
              ErrorCode::invalid_input);
}

/// Fills the queue of what listens at PATH.
std::vector<Fd> fill_queue(const std::string& path) {
    std::vector<Fd> waiting;
    for (;;) {
        auto next = connect_unix(path, Deadline::in(10ms));
        if (!next) {
            EXPECT_EQ(next.error().code(), ErrorCode::timed_out);
            return waiting;
        }
        waiting.push_back(*std::move(next));
    }
}

TEST(UnixSocket, WaitsForAPlaceInTheQueue) {
    testing::TemporaryDirectory temporary;
    const Fd listener = listen_unix(temporary / "s", 0600).value();
    const std::vector<Fd> waiting = fill_queue(temporary / "s");
    ASSERT_FALSE(waiting.empty());
    EXPECT_EQ(listen_unix(temporary / "s", 0600).error().code(), ErrorCode::conflict);
    std::thread server([&] { EXPECT_TRUE(accept(listener)); });
    const auto last = connect_unix(temporary / "s", soon());
    server.join();
    ASSERT_TRUE(last) << last.error().message();
    EXPECT_EQ(::fcntl(last->get(), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
}

TEST(UnixSocket, ReplacesOnlyAStaleSocket) {
    testing::TemporaryDirectory temporary;
    {
        const Fd gone = listen_unix(temporary / "s", 0600).value();
    }
    const Fd listener = listen_unix(temporary / "s", 0660).value();
    EXPECT_EQ(stat(temporary / "s")->mode & 07777, 0660U);
    EXPECT_EQ(listen_unix(temporary / "s", 0600).error().code(), ErrorCode::conflict);
    ASSERT_TRUE(connect_unix(temporary / "s", soon()));

    const Fd file = open(temporary / "f", O_RDWR | O_CREAT, 0600).value();
    EXPECT_EQ(listen_unix(temporary / "f", 0600).error().code(), ErrorCode::conflict);
    EXPECT_TRUE(stat(temporary / "f"));
}

TEST(UnixSocket, KnowsItsPeer) {
    testing::TemporaryDirectory temporary;
    const Fd listener = listen_unix(temporary / "s", 0600).value();
    const Fd client = connect_unix(temporary / "s", soon()).value();
    const Fd accepted = accept(listener).value().value();
    EXPECT_EQ(peer_credentials(accepted), (PeerCredentials{::getpid(), ::getuid(), ::getgid()}));
    EXPECT_FALSE(peer_endpoint(accepted));
}

}  // namespace
}  // namespace dim::sys
