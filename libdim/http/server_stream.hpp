#pragma once

#include "libdim/base/result.hpp"
#include "libdim/http/watched_socket.hpp"
#include "libdim/tls/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace dim::http {

/// A connection that a server has accepted, plain or TLS. After the deadline every call fails with
/// timed_out until the next one is set. One thread; one reader and one writer, not at the same
/// time.
class ServerStream : public std::enable_shared_from_this<ServerStream> {
public:
    ServerStream(const boost::asio::any_io_executor& executor, sys::Fd socket)
        : socket_(executor, std::move(socket)), timer_(executor) {}

    /// From here on everything goes through TLS. SETTINGS are kept as long as the stream. The
    /// handshake is computed on LANE unless that is empty; meanwhile nothing else touches session
    /// and socket.
    boost::asio::awaitable<Result<void>>
    start_tls(std::shared_ptr<const tls::ServerSettings> settings,
              const boost::asio::any_io_executor& lane);
    /// Nothing without TLS; see tls::Session.
    std::optional<tls::PeerCertificate> peer_certificate() const;
    /// At least one byte; 0 at the end.
    boost::asio::awaitable<Result<std::size_t>> read(std::span<char> buffer);
    boost::asio::awaitable<Result<void>> write(std::string_view bytes);
    /// SIZE bytes of FILE from OFFSET; without TLS. Errors: conflict when FILE has less.
    boost::asio::awaitable<Result<void>> write_file(const sys::Fd& file, std::uint64_t offset,
                                                    std::size_t size);
    /// Says that nothing follows, and for a second takes what the peer is still sending: closing
    /// with unread bytes would reset the connection before the peer has read our last answer or
    /// alert.
    boost::asio::awaitable<void> finish();

    void set_deadline(std::chrono::milliseconds from_now);
    void clear_deadline();
    /// Ends what waits now.
    void cancel();

private:
    using Wait = boost::asio::posix::descriptor_base::wait_type;
    boost::asio::awaitable<Result<void>> wait(Wait what);
    boost::asio::awaitable<Result<void>> wait(tls::Progress progress);
    boost::asio::awaitable<Result<tls::Progress>>
    shake_hands(const boost::asio::any_io_executor& lane);

    WatchedSocket socket_;
    boost::asio::steady_timer timer_;
    bool is_late_ = false;
    std::shared_ptr<const tls::ServerSettings> tls_;  // outlives the session
    std::optional<tls::Session> session_;
};

}  // namespace dim::http
