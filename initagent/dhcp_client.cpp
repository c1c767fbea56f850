#include "initagent/dhcp_client.hpp"

#include "initagent/backoff.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/udp_socket.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace dim::agent {

namespace {

constexpr std::uint16_t kServerPort = 67;
constexpr std::uint16_t kClientPort = 68;
constexpr std::size_t kPortsLimit = 32;
constexpr int kDatagramsLimit = 64;  // of one port before the clock is looked at again

/// One port that is asked on.
class Asking {
public:
    static Result<Asking> begin(const sys::NetworkInterface& port, const DhcpSettings& settings) {
        DIM_TRY(const auto mac, model::MacAddress::from_bytes(port.mac));
        DIM_TRY(sys::Fd socket, sys::listen_udp_on(port.name, kClientPort));
        return Asking(port, std::move(socket), DhcpExchange(mac, random_number()), settings);
    }

    const sys::NetworkInterface& port() const { return port_; }
    const sys::Fd& socket() const { return socket_; }
    std::chrono::milliseconds until_next() const {
        return std::chrono::milliseconds(std::max<std::int64_t>(0, next_us_ - now()) / 1000 + 1);
    }
    void ask_if_due() {
        if (now() < next_us_) return;
        if (is_asked_) exchange_.was_not_answered();
        ask();
    }
    /// Reads what has come. True when there is an answer.
    bool look() {
        std::array<char, kBootpLimit> buffer;
        for (int count = 0; count < kDatagramsLimit; ++count) {
            const auto datagram = sys::receive_datagram(socket_, buffer);
            if (!datagram || !*datagram) return false;
            switch (exchange_.take({buffer.data(), (*datagram)->size})) {
                case DhcpExchange::Progress::none: break;
                case DhcpExchange::Progress::offered: ask(); break;
                case DhcpExchange::Progress::bound: return true;
            }
        }
        return false;
    }
    const BootpReply& answer() const { return *exchange_.answer(); }

private:
    Asking(sys::NetworkInterface port, sys::Fd socket, DhcpExchange exchange,
           const DhcpSettings& settings)
        : port_(std::move(port)),
          socket_(std::move(socket)),
          exchange_(std::move(exchange)),
          backoff_(settings.longest_wait) {}

    static std::int64_t now() { return sys::monotonic_us(); }
    void ask() {
        const auto elapsed =
            std::chrono::floor<std::chrono::seconds>(std::chrono::microseconds(now() - began_us_));
        // One that could not be sent is like one that was lost.
        static_cast<void>(sys::send_datagram(socket_, exchange_.message(elapsed),
                                             {.address = UINT32_MAX, .port = kServerPort}));
        is_asked_ = true;
        next_us_ = now() + std::chrono::microseconds(backoff_.next(random_number())).count();
    }

    sys::NetworkInterface port_;
    sys::Fd socket_;
    DhcpExchange exchange_;
    Backoff backoff_;
    std::int64_t began_us_ = now();
    std::int64_t next_us_ = began_us_;
    bool is_asked_ = false;
};

/// Begins to ask on each of PORTS with a link that is not asked on yet.
void begin_asking(const std::vector<sys::NetworkInterface>& ports, const DhcpSettings& settings,
                  std::vector<Asking>& asking) {
    for (const sys::NetworkInterface& port : ports) {
        const auto is_same = [&](const Asking& each) { return each.port().index == port.index; };
        if (!port.has_carrier || asking.size() == kPortsLimit ||
            std::ranges::any_of(asking, is_same))
            continue;
        auto begun = Asking::begin(port, settings);
        if (begun) asking.push_back(*std::move(begun));
    }
}

Error nobody_answered(const std::vector<sys::NetworkInterface>& ports) {
    std::string text;
    for (const sys::NetworkInterface& port : ports) {
        const auto mac = model::MacAddress::from_bytes(port.mac);
        text += (text.empty() ? "" : ", ") + printable(port.name, 15) + " (" +
                (mac ? to_string(*mac) : "no MAC address") +
                (port.has_carrier ? ")" : ", no link)");
    }
    if (text.empty()) {
        return Error(ErrorCode::not_found, "there is no Ethernet interface")
            .with_cure("is its driver in the boot file?");
    }
    return Error(ErrorCode::timed_out, "no DHCP server gave an address to " + text)
        .with_cure("is that MAC address in the cluster definition, and dhcpd on its network?");
}

}  // namespace

Result<DhcpAnswer>
ask_dhcp(const std::function<Result<std::vector<sys::NetworkInterface>>()>& ports,
         const HardwareEvents& events, const DhcpSettings& settings) {
    const auto deadline = sys::Deadline::in(settings.timeout);
    std::vector<sys::NetworkInterface> present;
    std::vector<Asking> asking;
    for (bool is_changed = true;;
         is_changed =
             sys::poll(events.fd(), sys::Readiness::readable, sys::Deadline::in({})).has_value()) {
        if (is_changed) {
            events.forget();
            DIM_TRY(present, ports());
        }
        if (deadline.has_passed()) return fail(nobody_answered(present));
        begin_asking(present, settings, asking);

        auto wait = std::chrono::milliseconds(deadline.poll_timeout());
        std::vector<sys::PollItem> items{{.fd = events.fd(), .is_to_read = true}};
        for (Asking& each : asking) {
            each.ask_if_due();
            wait = std::min(wait, each.until_next());
            items.push_back({.fd = each.socket(), .is_to_read = true});
        }
        const auto ready = sys::poll(items, sys::Deadline::in(wait));
        if (!ready && ready.error().code() != ErrorCode::timed_out) return fail(ready.error());
        for (Asking& each : asking)
            if (each.look()) return DhcpAnswer{each.port(), each.answer()};
    }
}

}  // namespace dim::agent
