#include "libdim/sys/sys_fixture.hpp"
#include "libdim/sys/tcp_socket.hpp"
#include "libdim/sys/udp_socket.hpp"

#include <array>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;

using testing::kLoopback;

TEST(UdpSocket, DoesNotWaitForEver) {
    const Fd socket = udp_socket().value();
    std::array<char, 16> buffer{};
    EXPECT_EQ(receive_datagram(socket, buffer, Deadline::in(20ms)).error().code(),
              ErrorCode::timed_out);
}

TEST(UdpSocket, SaysThatNothingCanBeSentToPortZero) {
    const Fd socket = udp_socket().value();
    EXPECT_FALSE(send_datagram(socket, "x", {kLoopback, 0}));
}

TEST(UdpSocket, ListensOnAPortOfOurs) {
    const Fd listener = listen_udp({kLoopback, 0}).value();
    const std::uint16_t port = local_endpoint(listener).value().port;
    EXPECT_FALSE(listen_udp({kLoopback, port})) << "it is taken";
    std::array<char, 16> buffer{};
    EXPECT_EQ(receive_datagram(listener, buffer).value(), std::nullopt) << "without waiting";
    const Fd sender = udp_socket().value();
    ASSERT_TRUE(send_datagram(sender, "hello", {kLoopback, port}));
    EXPECT_EQ(receive_datagram(listener, buffer, Deadline::in(5s)).value().size, 5U);
}

TEST(UdpSocket, CarriesDatagramsBothWays) {
    const Fd left = udp_socket().value();
    const Fd right = udp_socket().value();
    // The kernel gives a port with the first datagram sent.
    ASSERT_TRUE(send_datagram(left, "first", {kLoopback, 9}));
    const std::uint16_t port = local_endpoint(left).value().port;
    ASSERT_TRUE(send_datagram(right, "hello", {kLoopback, port}));
    std::array<char, 3> buffer{};
    for (int tries = 0; tries < 2; ++tries) {
        // The refusal of the first datagram may come before the answer.
        const auto datagram = receive_datagram(left, buffer, Deadline::in(5s));
        if (!datagram) continue;
        EXPECT_EQ(datagram->size, 3U);
        EXPECT_EQ(std::string_view(buffer.data(), 3), "hel");
        ASSERT_TRUE(send_datagram(left, "yes", datagram->from));
        ASSERT_TRUE(receive_datagram(right, buffer, Deadline::in(5s)));
        EXPECT_EQ(std::string_view(buffer.data(), 3), "yes");
        return;
    }
    FAIL() << "no datagram came";
}

}  // namespace
}  // namespace dim::sys
