#include "imageserver/daemon/watchdog.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/socket.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <future>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

/// Listens as a service manager does.
class WatchdogTest : public ::testing::Test {
protected:
    void SetUp() override {
        const std::string name = "dim-watchdog-test-" + std::to_string(::getpid());
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path + 1, name.data(), name.size());
        manager = sys::Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        ASSERT_EQ(::bind(manager.get(), reinterpret_cast<sockaddr*>(&address),
                         static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size())),
                  0);
        ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
    }
    void TearDown() override { ::unsetenv("NOTIFY_SOCKET"); }

    /// What it is told next; nothing when it is told nothing for WITHIN.
    std::string next(std::chrono::milliseconds within) const {
        std::array<char, 64> buffer{};
        const auto size = sys::receive(manager, buffer, sys::Deadline::in(within));
        return size ? std::string(buffer.data(), *size) : "";
    }
    void forget_what_came() const {
        while (!next(0ms).empty()) {
        }
    }

    sys::Fd manager;
};

TEST_F(WatchdogTest, IsFedOnlyWhileTheLoopTurns) {
    boost::asio::io_context loop{1};
    boost::asio::co_spawn(loop, feed_watchdog(30ms), boost::asio::detached);
    std::thread thread([&] { loop.run(); });
    for (int round = 0; round < 3; ++round)
        EXPECT_EQ(next(10s), "WATCHDOG=1");

    std::promise<void> is_blocked;
    std::promise<void> may_go_on;
    boost::asio::post(loop, [&] {
        is_blocked.set_value();
        may_go_on.get_future().wait();
    });
    is_blocked.get_future().wait();
    forget_what_came();
    EXPECT_EQ(next(200ms), "") << "fed by somebody else than the loop";
    may_go_on.set_value();
    EXPECT_EQ(next(10s), "WATCHDOG=1");
    loop.stop();
    thread.join();
}

}  // namespace
}  // namespace dim::server
