#include "imageserver/peer/relay.hpp"

#include "libdim/sys/poll.hpp"
#include "libdim/sys/socket.hpp"

#include <array>
#include <string>

namespace dim::server {

namespace {

constexpr std::size_t kPiece = 16 * 1024;  // what a TLS record holds

/// Each of the four moves what can be moved without waiting, and says whether that was anything.
class Relay {
public:
    Relay(const sys::Fd& local, http::TlsStream& peer) : local_(local), peer_(peer) {}

    Result<bool> move() {
        bool has_moved = false;
        for (const auto step :
             {&Relay::from_local, &Relay::to_peer, &Relay::from_peer, &Relay::to_local}) {
            DIM_TRY(const bool moved, (this->*step)());
            has_moved = has_moved || moved;
        }
        return has_moved;
    }
    bool has_ended() const { return has_local_ended_ || (has_peer_ended_ && for_local_.empty()); }
    Result<void> wait(const sys::Fd& stop) {
        const std::array items{
            sys::PollItem{local_, for_peer_.empty(), !for_local_.empty()},
            sys::PollItem{peer_.socket(), for_local_.empty(), !for_peer_.empty()},
            sys::PollItem{stop, true, false}};
        return sys::poll(items, sys::Deadline::never());
    }

private:
    Result<bool> from_local() {
        if (!for_peer_.empty() || has_local_ended_) return false;
        DIM_TRY(const auto count, sys::receive(local_, buffer_));
        if (!count) return false;
        has_local_ended_ = *count == 0;
        for_peer_.assign(buffer_.data(), *count);
        return true;
    }
    Result<bool> to_peer() {
        if (for_peer_.empty()) return false;
        DIM_TRY(const tls::Transfer written, peer_.session().write(for_peer_));
        if (written.progress != tls::Progress::done) return false;
        for_peer_.erase(0, written.size);
        return true;
    }
    Result<bool> from_peer() {
        if (!for_local_.empty() || has_peer_ended_) return false;
        DIM_TRY(const tls::Transfer received, peer_.session().read(buffer_));
        if (received.progress != tls::Progress::done) return false;
        has_peer_ended_ = received.size == 0;
        for_local_.assign(buffer_.data(), received.size);
        return true;
    }
    Result<bool> to_local() {
        if (for_local_.empty()) return false;
        DIM_TRY(const auto count, sys::send(local_, for_local_));
        if (!count) return false;
        for_local_.erase(0, *count);
        return true;
    }

    const sys::Fd& local_;
    http::TlsStream& peer_;
    std::array<char, kPiece> buffer_;
    std::string for_peer_;
    std::string for_local_;
    bool has_local_ended_ = false;
    bool has_peer_ended_ = false;
};

}  // namespace

Result<void> relay(const sys::Fd& local, http::TlsStream& peer, const sys::Fd& stop) {
    Relay relay(local, peer);
    while (!relay.has_ended()) {
        DIM_TRY(const bool has_moved, relay.move());
        if (has_moved || relay.has_ended()) continue;
        DIM_CHECK(relay.wait(stop));
        const sys::Deadline now = sys::Deadline::in(std::chrono::milliseconds(0));
        if (sys::poll(stop, sys::Readiness::readable, now)) return {};
    }
    return {};
}

}  // namespace dim::server
