#include "libdim/sys/fd.hpp"
#include "libdim/sys/notify.hpp"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(Notify, SaysWhenNobodyListens) {
    setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
    const auto told = notify_service_manager("READY=1");
    unsetenv("NOTIFY_SOCKET");
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().code(), ErrorCode::not_found);
}

TEST(Notify, RefusesAPathThatIsTooLong) {
    setenv("NOTIFY_SOCKET", std::string(200, 'x').c_str(), 1);
    const auto told = notify_service_manager("READY=1");
    unsetenv("NOTIFY_SOCKET");
    EXPECT_EQ(told.error().code(), ErrorCode::invalid_input);
}

TEST(Notify, IsSilentWithoutAServiceManager) {
    unsetenv("NOTIFY_SOCKET");
    EXPECT_TRUE(notify_service_manager("READY=1"));
}

TEST(Notify, SaysHowLongTheServiceManagerWaits) {
    ::unsetenv("WATCHDOG_USEC");
    EXPECT_EQ(watchdog_timeout().value(), std::nullopt);
    ::setenv("WATCHDOG_USEC", "60000000", 1);
    EXPECT_EQ(watchdog_timeout().value(), std::chrono::seconds(60));
    ::setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
    EXPECT_EQ(watchdog_timeout().value(), std::chrono::seconds(60));
    ::setenv("WATCHDOG_PID", "1", 1);
    EXPECT_EQ(watchdog_timeout().value(), std::nullopt) << "it watches another process";
    ::unsetenv("WATCHDOG_PID");
    for (const char* text : {"", "0", "-1", "a minute"}) {
        ::setenv("WATCHDOG_USEC", text, 1);
        EXPECT_FALSE(watchdog_timeout()) << text;
    }
    ::unsetenv("WATCHDOG_USEC");
}

TEST(Notify, SendsTheState) {
    const std::string name = "dim-notify-test-" + std::to_string(getpid());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address),
                     static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size())),
              0);
    setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
    EXPECT_TRUE(notify_service_manager("READY=1"));
    unsetenv("NOTIFY_SOCKET");
    std::array<char, 64> buffer{};
    const auto size = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    ASSERT_EQ(size, 7);
    EXPECT_STREQ(buffer.data(), "READY=1");
}

}  // namespace
}  // namespace dim::sys
