#include "imageserver/dns/dns_probe.hpp"
#include "libdim/sys/tcp_socket.hpp"
#include "libdim/sys/udp_socket.hpp"

#include <array>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr std::uint32_t kProbedAddress = 0x7f000001;

/// Answers the next query with the datagrams that ANSWER makes of it.
class FakeNameServer {
public:
    using Answers = std::function<std::vector<std::string>(const std::string& query)>;
    explicit FakeNameServer(Answers answers)
        : thread_([this, answers = std::move(answers)] {
              std::array<char, 512> buffer;
              const auto query = sys::receive_datagram(socket_, buffer, sys::Deadline::in(20s));
              ASSERT_TRUE(query);
              for (const std::string& answer : answers({buffer.data(), query->size}))
                  ASSERT_TRUE(sys::send_datagram(socket_, answer, query->from));
          }) {}
    ~FakeNameServer() { thread_.join(); }
    FakeNameServer(const FakeNameServer&) = delete;
    FakeNameServer& operator=(const FakeNameServer&) = delete;

    std::uint16_t port() const { return sys::local_endpoint(socket_).value().port; }
    Result<std::uint32_t> probe(std::chrono::milliseconds timeout = 20s) const {
        return probe_dns(model::Ipv4Address(kProbedAddress), port(), "demo.cluster", timeout);
    }

private:
    sys::Fd socket_ = sys::listen_udp({kProbedAddress, 0}).value();
    std::thread thread_;
};

/// An authoritative answer to QUERY with SERIAL, whose names are the root.
std::string soa_answer(const std::string& query, char serial) {
    using namespace std::string_literals;
    std::string answer = query;
    answer[2] = '\x84';
    answer[7] = '\x01';
    return answer + "\xc0\x0c\x00\x06\x00\x01\x00\x00\x0e\x10\x00\x16\x00\x00\x00\x00\x00"s +
           serial + std::string(16, '\0');
}

TEST(DnsProbe, AZoneThatIsNoNameIsNotAskedFor) {
    EXPECT_EQ(probe_dns(model::Ipv4Address(kProbedAddress), 53, "a..b", 20s).error().code(),
              ErrorCode::invalid_input);
}

TEST(DnsProbe, SilenceIsNamedAfterTheTimeout) {
    const FakeNameServer silent([](const std::string&) { return std::vector<std::string>(); });
    const auto probed = silent.probe(50ms);
    ASSERT_FALSE(probed);
    EXPECT_EQ(probed.error().code(), ErrorCode::timed_out);
    EXPECT_THAT(probed.error().message(),
                HasSubstr("DNS on 127.0.0.1:" + std::to_string(silent.port())));
}

TEST(DnsProbe, ARefusalIsNotWaitedOver) {
    const FakeNameServer refuses([](const std::string& query) {
        std::string refusal = query;
        refusal[2] = '\x84';
        refusal[3] = '\x05';
        return std::vector{refusal};
    });
    const auto probed = refuses.probe();
    ASSERT_FALSE(probed);
    EXPECT_EQ(probed.error().code(), ErrorCode::unavailable);
    EXPECT_THAT(probed.error().message(), HasSubstr("DNS on 127.0.0.1:"));
}

TEST(DnsProbe, WhatIsNoAnswerToItsQueryIsPassedOver) {
    const FakeNameServer late([](const std::string& query) {
        std::string earlier = soa_answer(query, 7);
        earlier[0] = static_cast<char>(earlier[0] ^ 1);
        return std::vector{std::string(), std::string("x"), earlier, soa_answer(query, 42)};
    });
    EXPECT_EQ(late.probe().value(), 42U);
}

TEST(DnsProbe, WhatSomebodyElseSendsIsPassedOver) {
    const sys::Fd other = sys::udp_socket().value();
    std::array<char, 512> buffer;
    const sys::Fd listening = sys::listen_udp({kProbedAddress, 0}).value();
    std::thread answers([&] {
        const auto query = sys::receive_datagram(listening, buffer, sys::Deadline::in(20s));
        ASSERT_TRUE(query);
        const std::string text(buffer.data(), query->size);
        ASSERT_TRUE(sys::send_datagram(other, soa_answer(text, 7), query->from));
        ASSERT_TRUE(sys::send_datagram(listening, soa_answer(text, 42), query->from));
    });
    const std::uint16_t port = sys::local_endpoint(listening).value().port;
    EXPECT_EQ(probe_dns(model::Ipv4Address(kProbedAddress), port, "demo.cluster", 20s).value_or(0),
              42U);
    answers.join();
}

}  // namespace
}  // namespace dim::server
