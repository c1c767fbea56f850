#include "libdim/http/client.hpp"
#include "libdim/http/running_server.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace dim::http {
namespace {

using namespace std::chrono_literals;

TEST(Client, GivesUpAtItsDeadline) {
    testing::TemporaryDirectory directory;
    const sys::Fd listener = sys::listen_unix(directory / "s", 0600).value();
    Client client(
        std::make_unique<SocketStream>(sys::connect_unix(directory / "s", soon()).value()));
    const Result<Response> response = client.exchange(get("/"), sys::Deadline::in(50ms));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code(), ErrorCode::timed_out);
    EXPECT_FALSE(client.is_open());
    EXPECT_FALSE(client.exchange(get("/"), soon()));
}

TEST(Client, ReturnsRefusedStreamWithItsBody) {
    RunningServer server;
    Client client = server.connect_local();
    const Result<Response> response = client.follow(
        get("/throw"), soon(), 5s, [](std::string_view) { return Client::Next::go_on; });
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 500);
    EXPECT_NE(response->body.find("internal error"), std::string::npos);
}

}  // namespace
}  // namespace dim::http
