#include "imageserver/daemon/trap_listener.hpp"

#include "imageserver/daemon/insist.hpp"
#include "imageserver/daemon/report.hpp"
#include "libdim/snmp/trap.hpp"
#include "libdim/sys/udp_socket.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace dim::server {

namespace {

/// In one step, so that what else is due on the lane has its turn whatever floods us.
constexpr int kDatagramsAtOnce = 32;

}  // namespace

Result<void> TrapListener::open() {
    auto socket = sys::listen_udp({own_->address.value(), own_->port});
    if (!socket)
        return fail(Error(socket.error())
                        .with_cure("give this machine the address " + to_string(own_->address) +
                                   ", and see that nobody else, as snmptrapd, uses the port; it "
                                   "is tried every second"));
    socket_ = *std::move(socket);
    return {};
}

boost::asio::awaitable<void> TrapListener::listen(Alerts& alerts, const WallClock& clock) {
    if (!own_) co_return;
    // Named: g++ 12 destroys temporaries of a co_await twice.
    StartStep step{.kind = "trap-port", .origin = to_string(*own_), .where = lane_, .run = [this] {
                       return open();
                   }};
    auto opened = insist(std::move(step), alerts, clock, lane_);
    co_await std::move(opened);
    if (auto watched = watch_readable(loop_, socket_, lane_, [this] { return read(); }); !watched)
        report("traps", watched.error());
}

Watch TrapListener::read() {
    // One byte more than is looked at: what is longer is seen to be.
    std::array<char, snmp::kTrapBytes + 1> buffer;
    for (int i = 0; i < kDatagramsAtOnce; ++i) {
        const auto received = sys::receive_datagram(socket_, buffer);
        if (!received) {
            report("traps", received.error());
            return Watch::later;
        }
        if (!*received) return Watch::when_readable;
        watch_.take_datagram(model::Ipv4Address((*received)->from.address),
                             std::string_view(buffer.data(), (*received)->size));
    }
    return Watch::at_once;
}

}  // namespace dim::server
