#include "imageserver/download/boot_server.hpp"
#include "imageserver/download/boot_server_fixture.hpp"
#include "libdim/base/parse_number.hpp"
#include "libdim/sys/signals.hpp"
#include "libdim/sys/socket.hpp"
#include "libdim/sys/tcp_socket.hpp"

#include <boost/asio/post.hpp>
#include <condition_variable>
#include <csignal>
#include <future>
#include <mutex>
#include <vector>

namespace dim::server {
namespace {

using namespace std::chrono_literals;
constexpr std::uint32_t kLoopback = 0x7f000001;

struct Answer {
    int status = 0;
    std::string head;
    std::string body;
};

class BootServerTest : public BootDownloadsTest {
protected:
    BootServerTest() {
        EXPECT_TRUE(sys::ignore_signal(SIGPIPE));
        start(20s);
    }
    void start(std::chrono::milliseconds patience, bool is_ours = true) {
        server_.reset();
        server_ = std::make_unique<BootServer>(
            BootServer::Settings{.address = model::Ipv4Address(kLoopback),
                                 .port = 0,
                                 .admits = [=](std::uint32_t) { return is_ours; },
                                 .note =
                                     [this](model::Ipv4Address, const FirmwareLoad& load) {
                                         const std::lock_guard lock(mutex_);
                                         loads_.push_back(load);
                                         changed_.notify_all();
                                     },
                                 .patience = patience},
            downloads());
        std::promise<std::uint16_t> port;
        boost::asio::post(server_->executor(),
                          [&] { port.set_value(server_->listen().value_or(0)); });
        port_ = port.get_future().get();
        ASSERT_NE(port_, 0);
    }

    sys::Fd connect() const {
        return sys::connect_tcp(kLoopback, port_, sys::Deadline::in(10s)).value();
    }
    static void send(const sys::Fd& socket, const std::string& bytes) {
        EXPECT_TRUE(sys::send_all(socket, bytes, sys::Deadline::in(10s)));
    }
    /// Until the server closes.
    static std::string receive_all(const sys::Fd& socket) {
        std::string all;
        std::array<char, 65536> buffer;
        for (;;) {
            const auto count = sys::receive(socket, buffer, sys::Deadline::in(10s));
            if (!count || *count == 0) return all;
            all.append(buffer.data(), *count);
        }
    }
    static Answer parse(const std::string& bytes) {
        const std::size_t end = bytes.find("\r\n\r\n");
        if (!bytes.starts_with("HTTP/1.1 ") || end == std::string::npos) return {};
        return {parse_number<int>(bytes.substr(9, 3)).value(), bytes.substr(0, end + 2),
                bytes.substr(end + 4)};
    }
    Answer ask(const std::string& method, const std::string& target,
               const std::string& fields = "") const {
        const sys::Fd socket = connect();
        send(socket, method + " " + target + " HTTP/1.1\r\nHost: is01\r\nConnection: close\r\n" +
                         fields + "\r\n");
        return parse(receive_all(socket));
    }
    static std::string at(const char* part) { return std::string("/boot/") + kPlace + "/" + part; }

    /// The next load that was noted at STEP.
    FirmwareLoad noted(FirmwareLoad::Step step) {
        std::unique_lock lock(mutex_);
        std::size_t at = 0;
        const bool came = changed_.wait_for(lock, 10s, [&] {
            for (at = 0; at < loads_.size(); ++at)
                if (loads_[at].step == step) return true;
            return false;
        });
        EXPECT_TRUE(came);
        return came ? loads_[at] : FirmwareLoad{};
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<FirmwareLoad> loads_;
    std::uint16_t port_ = 0;
    std::unique_ptr<BootServer> server_;
};

using Step = FirmwareLoad::Step;

TEST_F(BootServerTest, WhatIsNotThereIsRefusedInClearText) {
    for (const char* target :
         {"/", "/boot/", "/boot/../secret", "/boot/%2e%2e/secret", "/../../etc/passwd",
          "/boot/debian/3/x86_64-76543210/linux", "/boot/granite/linux.efi", "/v1/status"}) {
        const Answer answer = ask("GET", target);
        EXPECT_EQ(answer.status, 404) << target;
        EXPECT_TRUE(answer.head.contains("Content-Type: text/plain")) << answer.head;
        EXPECT_FALSE(answer.body.contains("secret\n"));
    }
    EXPECT_TRUE(noted(Step::is_refused).reason);
}

TEST_F(BootServerTest, OnlyReadsAndOnlySmallRequests) {
    for (const char* method : {"PUT", "POST", "DELETE"}) {
        const Answer answer = ask(method, at("linux"), "Content-Length: 0\r\n");
        EXPECT_EQ(answer.status, 405) << method;
        EXPECT_TRUE(answer.head.contains("Allow: GET, HEAD"));
    }
    EXPECT_EQ(ask("BREW", at("linux")).status, 501);
    EXPECT_EQ(ask("GET", at("linux"), "Content-Length: 5\r\n").status, 413);
    EXPECT_EQ(ask("GET", "/" + std::string(600, 'a')).status, 414);
    EXPECT_EQ(ask("GET", at("linux"), "X: " + std::string(5000, 'x') + "\r\n").status, 431);
    EXPECT_EQ(ask("GET", at("linux"), "Transfer-Encoding: chunked\r\n").status, 411);
}

TEST_F(BootServerTest, GivesTheWholeAndItsParts) {
    const Answer whole = ask("GET", at("linux.efi"));
    EXPECT_EQ(whole.status, 200);
    EXPECT_TRUE(whole.head.contains("Content-Type: application/efi\r\n")) << whole.head;
    EXPECT_TRUE(whole.head.contains("Content-Length: " + std::to_string(whole_.size()) + "\r\n"));
    EXPECT_TRUE(whole.head.contains("Accept-Ranges: bytes\r\n"));
    EXPECT_EQ(whole.body, whole_);
    EXPECT_EQ(ask("GET", at("linux")).body, kernel_);
    EXPECT_EQ(ask("GET", "/boot/debian/initrd").body, ramdisk_);
    EXPECT_TRUE(ask("GET", at("boot.ipxe")).body.starts_with("#!ipxe\n"));
    EXPECT_EQ(noted(Step::begins).size, whole_.size());
    EXPECT_EQ(noted(Step::is_done).sent, whole_.size());
}

TEST_F(BootServerTest, AHeadIsTheSameWithoutABody) {
    const Answer head = ask("HEAD", at("linux.efi"));
    EXPECT_EQ(head.status, 200);
    EXPECT_TRUE(head.head.contains("Content-Length: " + std::to_string(whole_.size()) + "\r\n"));
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(ask("HEAD", at("none")).status, 404);
    // On one connection, as UEFI does it.
    const sys::Fd socket = connect();
    send(socket, "HEAD " + at("linux") + " HTTP/1.1\r\nHost: a\r\n\r\nGET " + at("linux") +
                     " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const std::string both = receive_all(socket);
    EXPECT_TRUE(both.ends_with(kernel_));
    EXPECT_EQ(both.find(kernel_), both.rfind("kernel" + std::string(100, 'k')));
}

TEST_F(BootServerTest, GivesRangesOfWhatIsThere) {
    const std::string size = std::to_string(kernel_.size());
    const Answer first = ask("GET", at("linux"), "Range: bytes=0-9\r\n");
    EXPECT_EQ(first.status, 206);
    EXPECT_EQ(first.body, kernel_.substr(0, 10));
    EXPECT_TRUE(first.head.contains("Content-Range: bytes 0-9/" + size + "\r\n")) << first.head;
    EXPECT_EQ(ask("GET", at("linux"), "Range: bytes=-3\r\n").body, "kkk");
    EXPECT_EQ(ask("GET", at("linux"), "Range: bytes=2999000-\r\n").body, kernel_.substr(2'999'000));
    const Answer beyond = ask("GET", at("linux"), "Range: bytes=99999999-\r\n");
    EXPECT_EQ(beyond.status, 416);
    EXPECT_TRUE(beyond.head.contains("Content-Range: bytes */" + size + "\r\n"));
    EXPECT_EQ(ask("GET", at("linux"), "Range: bytes=0-1,5-6\r\n").status, 200);
    EXPECT_EQ(ask("GET", at("linux"), "Range: bytes=0-1\r\nIf-Range: \"x\"\r\n").status, 200);
    EXPECT_EQ(ask("GET", at("linux"), "Range: nonsense\r\n").body, kernel_);
}

TEST_F(BootServerTest, ATruncatedDownloadIsTold) {
    {
        const sys::Fd socket = connect();
        send(socket, "GET " + at("linux.efi") + " HTTP/1.1\r\nHost: is01\r\n\r\n");
        std::array<char, 1000> buffer;
        ASSERT_TRUE(sys::receive(socket, buffer, sys::Deadline::in(10s)));
    }
    const FirmwareLoad load = noted(Step::broke_off);
    EXPECT_LT(load.sent, load.size);
    EXPECT_TRUE(load.reason);
}

TEST_F(BootServerTest, WhoDoesNotReadIsDropped) {
    start(300ms);
    const sys::Fd idle = connect();
    const sys::Fd slow = connect();
    send(slow, "GET " + at("linux.efi") + " HTTP/1.1\r\nHost: is01\r\n\r\n");
    EXPECT_EQ(noted(Step::broke_off).reason->code(), ErrorCode::timed_out);
    EXPECT_TRUE(receive_all(idle).starts_with("HTTP/1.1 408 "));
}

TEST_F(BootServerTest, OneAddressHasSoManyConnectionsAndNoMore) {
    std::vector<sys::Fd> held;
    for (int i = 0; i < 8; ++i) {
        held.push_back(connect());
        // Answered: it is counted.
        send(held.back(), "HEAD " + at("linux") + " HTTP/1.1\r\nHost: is01\r\n\r\n");
        std::array<char, 1000> buffer;
        ASSERT_TRUE(sys::receive(held.back(), buffer, sys::Deadline::in(10s)));
    }
    for (int i = 0; i < 300; ++i) {
        const sys::Fd socket = connect();
        const std::string answer = receive_all(socket);
        EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 503 ")) << answer;
    }
    send(held.front(), "GET " + at("boot.ipxe") +
                           " HTTP/1.1\r\nHost: is01\r\n"
                           "Connection: close\r\n\r\n");
    EXPECT_EQ(parse(receive_all(held.front())).status, 200) << "those who are served go on";
}

TEST_F(BootServerTest, StrangersAreNotListenedTo) {
    start(20s, false);
    const sys::Fd socket = connect();
    // The server may have closed it already.
    (void)sys::send_all(socket,
                        "GET " + at("boot.ipxe") +
                            " HTTP/1.1\r\nHost: is01\r\n"
                            "Connection: close\r\n\r\n",
                        sys::Deadline::in(10s));
    EXPECT_EQ(receive_all(socket), "");
}

TEST_F(BootServerTest, WhatIsBeingSentComesToItsEndWhenTheServerEnds) {
    const sys::Fd socket = connect();
    send(socket, "GET " + at("linux.efi") + " HTTP/1.1\r\nHost: is01\r\n\r\n");
    noted(Step::begins);
    std::promise<void> empty;
    server_->drain([&] { empty.set_value(); });
    const Answer answer = parse(receive_all(socket));
    EXPECT_EQ(answer.body.size(), whole_.size());
    EXPECT_EQ(empty.get_future().wait_for(10s), std::future_status::ready);
}

}  // namespace
}  // namespace dim::server
