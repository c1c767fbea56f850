#include "libdim/testing/temporary_directory.hpp"
#include "tools/api_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

/// A daemon that answers the first one with SAID and then says nothing more.
class HungDaemon {
public:
    explicit HungDaemon(std::string said)
        : acceptor_(context_, (directory_ / "api.sock")), said_(std::move(said)) {
        thread_ = std::thread([this] {
            boost::system::error_code error;
            if (acceptor_.accept(socket_, error)) return;
            std::string request;
            boost::asio::read_until(socket_, boost::asio::dynamic_buffer(request), "\r\n\r\n",
                                    error);
            boost::asio::write(socket_, boost::asio::buffer(said_), error);
        });
    }
    ~HungDaemon() { thread_.join(); }
    HungDaemon(const HungDaemon&) = delete;
    HungDaemon& operator=(const HungDaemon&) = delete;
    std::string socket_path() const { return directory_ / "api.sock"; }

private:
    dim::testing::TemporaryDirectory directory_;
    boost::asio::io_context context_{1};
    boost::asio::local::stream_protocol::acceptor acceptor_;
    boost::asio::local::stream_protocol::socket socket_{context_};
    std::string said_;
    std::thread thread_;
};

constexpr const char* kHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(ApiClient, AStreamThatFallsSilentIsLeftInTime) {
    for (const std::string& said :
         {std::string(), std::string(kHead), kHead + std::string("6\r\nfirst\n\r\n")}) {
        const HungDaemon daemon(said);
        const std::int64_t begin = sys::monotonic_us();
        std::vector<std::string> lines;
        const auto followed = ApiClient(daemon.socket_path())
                                  .follow(
                                      "/v1/status?watch=1",
                                      [&](std::string_view line) -> Outcome<> {
                                          lines.emplace_back(line);
                                          return {};
                                      },
                                      sys::Deadline::in(300ms));
        ASSERT_FALSE(followed);
        EXPECT_EQ(followed.error().cause.code(), ErrorCode::timed_out);
        EXPECT_LT(sys::monotonic_us() - begin, 20'000'000);
        if (said.ends_with("first\n\r\n")) {
            EXPECT_THAT(lines, ElementsAre("first"));
        }
    }
}

}  // namespace
}  // namespace dim::tool
