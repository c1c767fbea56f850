#pragma once

#include "libdim/model/ipv4.hpp"
#include "libdim/model/mac_address.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <map>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace dim::server {

/// What a DHCP server told a client (RFC 2131).
struct DhcpReply {
    std::uint8_t type = 0;  ///< 2: offer, 5: acknowledge, 6: refuse
    model::Ipv4Address address;
    model::Ipv4Address next_server;
    std::string server_name;
    std::string file;
    std::map<std::uint8_t, std::string> options;
    bool operator==(const DhcpReply&) const = default;
};

/// A firmware's DHCP client with any MAC, on a network interface that needs no address: it sends
/// and receives whole Ethernet frames, as firmware does.
class [[nodiscard]] DhcpClient {
public:
    DhcpClient(const std::string& device, const model::MacAddress& mac) : mac_(mac) {
        socket_ = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_IP));
        sockaddr_ll address{};
        address.sll_family = AF_PACKET;
        address.sll_protocol = htons(ETH_P_IP);
        address.sll_ifindex = static_cast<int>(::if_nametoindex(device.c_str()));
        is_good_ = socket_ >= 0 && address.sll_ifindex > 0 &&
                   ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    DhcpClient(const DhcpClient&) = delete;
    DhcpClient& operator=(const DhcpClient&) = delete;
    ~DhcpClient() { ::close(socket_); }

    bool is_good() const { return is_good_; }

    std::optional<DhcpReply> discover() { return ask(kDiscover, {}, {}); }
    /// Without SERVER, as a client that remembers an address from before.
    std::optional<DhcpReply> request(model::Ipv4Address address,
                                     std::optional<model::Ipv4Address> server = {}) {
        return ask(kRequest, address, server);
    }
    /// What it says of itself from now on, for each number of an option.
    void say(std::map<std::uint8_t, std::string> options) { said_ = std::move(options); }
    std::optional<DhcpReply> bootp() { return ask(kBootp, {}, {}); }

private:
    static constexpr std::uint8_t kBootp = 0;
    static constexpr std::uint8_t kDiscover = 1;
    static constexpr std::uint8_t kRequest = 3;

    static void put16(std::string& bytes, unsigned value) {
        bytes += static_cast<char>(value >> 8);
        bytes += static_cast<char>(value & 0xff);
    }
    static void put32(std::string& bytes, std::uint32_t value) {
        put16(bytes, value >> 16);
        put16(bytes, value & 0xffff);
    }
    static std::uint32_t get32(std::string_view bytes, std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t count = 0; count < 4; ++count)
            value = value << 8 | static_cast<std::uint8_t>(bytes[at + count]);
        return value;
    }
    std::string mac_bytes() const {
        return {reinterpret_cast<const char*>(mac_.bytes().data()), mac_.bytes().size()};
    }

    std::string message(std::uint8_t type, std::optional<model::Ipv4Address> wanted,
                        std::optional<model::Ipv4Address> server) const {
        std::string bytes("\x01\x01\x06\x00", 4);
        put32(bytes, transaction_);
        put32(bytes, 0x8000);  // broadcast
        bytes.append(16, '\0');
        bytes += mac_bytes();
        bytes.append(10 + 64 + 128, '\0');
        bytes.append("\x63\x82\x53\x63", 4);
        if (type != kBootp) bytes.append("\x35\x01", 2).append(1, static_cast<char>(type));
        if (wanted) {
            bytes.append("\x32\x04", 2);
            put32(bytes, wanted->value());
        }
        if (server) {
            bytes.append("\x36\x04", 2);
            put32(bytes, server->value());
        }
        if (type != kBootp) bytes.append("\x37\x09\x01\x03\x06\x0c\x0f\x11\x2a\x2b\x36", 11);
        for (const auto& [code, value] : said_)
            bytes.append(1, static_cast<char>(code))
                .append(1, static_cast<char>(value.size()))
                .append(value);
        bytes += '\xff';
        bytes.resize(std::max<std::size_t>(bytes.size(), 300), '\0');
        return bytes;
    }

    std::string frame(const std::string& dhcp) const {
        std::string ip("\x45\x00", 2);
        put16(ip, static_cast<unsigned>(28 + dhcp.size()));
        ip.append(std::string("\0\0\0\0\x40\x11\0\0\0\0\0\0\xff\xff\xff\xff", 16));
        std::uint32_t sum = 0;
        for (std::size_t at = 0; at < ip.size(); at += 2)
            sum += static_cast<std::uint32_t>(static_cast<std::uint8_t>(ip[at]) << 8 |
                                              static_cast<std::uint8_t>(ip[at + 1]));
        sum = (sum >> 16) + (sum & 0xffff);
        sum = ~(sum + (sum >> 16));
        ip[10] = static_cast<char>(sum >> 8 & 0xff);
        ip[11] = static_cast<char>(sum & 0xff);
        put16(ip, 68);
        put16(ip, 67);
        put16(ip, static_cast<unsigned>(8 + dhcp.size()));
        put16(ip, 0);
        return std::string(6, '\xff') + mac_bytes() + std::string("\x08\x00", 2) + ip + dhcp;
    }

    std::optional<DhcpReply> parse(std::string_view bytes) const {
        constexpr std::size_t kDhcp = 14 + 20 + 8;
        if (bytes.size() < kDhcp + 240 || bytes[kDhcp] != 2 ||
            get32(bytes, kDhcp + 4) != transaction_ || bytes.substr(kDhcp + 28, 6) != mac_bytes())
            return std::nullopt;
        const auto text = [&](std::size_t at, std::size_t size) {
            const std::string_view field = bytes.substr(kDhcp + at, size);
            return std::string(field.substr(0, field.find('\0')));
        };
        DhcpReply reply{.type = 0,
                        .address = model::Ipv4Address(get32(bytes, kDhcp + 16)),
                        .next_server = model::Ipv4Address(get32(bytes, kDhcp + 20)),
                        .server_name = text(44, 64),
                        .file = text(108, 128),
                        .options = {}};
        std::size_t at = kDhcp + 240;
        while (at + 1 < bytes.size() && bytes[at] != '\xff') {
            if (bytes[at] == 0) {
                ++at;
                continue;
            }
            const std::size_t size = static_cast<std::uint8_t>(bytes[at + 1]);
            reply.options[static_cast<std::uint8_t>(bytes[at])] = bytes.substr(at + 2, size);
            at += 2 + size;
        }
        if (!reply.options[53].empty())
            reply.type = static_cast<std::uint8_t>(reply.options[53].front());
        return reply;
    }

    /// Nothing when no answer comes within a second.
    std::optional<DhcpReply> ask(std::uint8_t type, std::optional<model::Ipv4Address> wanted,
                                 std::optional<model::Ipv4Address> server) {
        ++transaction_;
        const std::string sent = frame(message(type, wanted, server));
        if (::send(socket_, sent.data(), sent.size(), 0) != static_cast<ssize_t>(sent.size()))
            return std::nullopt;
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
        for (;;) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(
                end - std::chrono::steady_clock::now());
            pollfd ready{socket_, POLLIN, 0};
            if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0)
                return std::nullopt;
            std::array<char, 2048> buffer;
            const ssize_t size = ::recv(socket_, buffer.data(), buffer.size(), 0);
            if (size <= 0) return std::nullopt;
            if (auto reply = parse({buffer.data(), static_cast<std::size_t>(size)})) return reply;
        }
    }

    model::MacAddress mac_;
    std::map<std::uint8_t, std::string> said_;
    int socket_ = -1;
    bool is_good_ = false;
    std::uint32_t transaction_ = static_cast<std::uint32_t>(::getpid()) << 8;
};

}  // namespace dim::server
