#pragma once

#include "libdim/http/message.hpp"
#include "libdim/sys/unix_socket.hpp"
#include "libdim/tls/server_settings.hpp"
#include "libdim/tls/session.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dim::http {

/// Who is at the other end.
struct Peer {
    std::optional<sys::PeerCredentials> credentials;  ///< through the Unix socket
    std::uint32_t address = 0;                        ///< through TCP, IPv4 in host byte order
    std::uint16_t port = 0;                           ///< through TCP, its own
    /// Through TLS, where clients are asked for one.
    std::optional<tls::PeerCertificate> certificate = {};
    bool is_local() const { return credentials.has_value(); }
    bool operator==(const Peer&) const = default;
};
/// "10.0.0.7", "uid 0 (pid 4711)".
std::string to_string(const Peer& peer);

/// A part of a file, sent by the kernel (sendfile) through TCP without TLS.
struct FileBody {
    std::shared_ptr<const sys::Fd> file;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    /// Told once how many bytes of SIZE were handed to the kernel, and why no more; not when the
    /// server is stopped. May be empty.
    std::function<void(std::uint64_t sent, const Result<void>& outcome)> on_end = {};
};

/// What a handler answers: a response, or the head of one with a stream of parts or a file as its
/// body.
struct Reply {
    Reply(Response whole) : response(std::move(whole)) {}  // NOLINT: the usual case reads as it is
    /// Each call waits for the next part, typically a line of JSON with its line feed; nothing ends
    /// the stream. It is cancelled (asio cancellation) when the peer goes away.
    using Parts = std::function<boost::asio::awaitable<std::optional<std::string>>()>;
    enum class Ends { by_itself, never };
    Reply(Response head, Parts stream, Ends the_ends = Ends::by_itself)
        : response(std::move(head)), parts(std::move(stream)), ends(the_ends) {}
    Reply(Response head, FileBody content) : response(std::move(head)), file(std::move(content)) {
        response.announced_size = file->size;
    }

    Response response;
    Parts parts;
    std::optional<FileBody> file;
    Ends ends = Ends::by_itself;  ///< of the stream; drain() waits for no other
};

/// Answers one request. The references are good until the awaitable is done. What it throws becomes
/// a 500 and an observer event.
using Handler = std::function<boost::asio::awaitable<Reply>(const Request&, const Peer&)>;

/// Why a peer was refused or dropped.
enum class Refusal {
    tls_failed,            ///< with the peer's alert in words
    malformed,             ///< answered 4xx or 501
    too_long,              ///< answered 413, 414 or 431
    too_slow,              ///< a deadline passed
    too_many_connections,  ///< in all, or of one address
    broken_off,            ///< the peer closed in the middle of a request or response
    handler_failed,        ///< a bug of ours, answered 500
    unknown_address,       ///< see Server::Settings::admits
};
std::string_view to_string(Refusal refusal);

/// What of a file is sent before others have their turn.
inline constexpr std::size_t kFilePart = std::size_t{256} * 1024;

/// Told of every refusal, unfiltered: limit the rate before it reaches a disk.
using Observer = std::function<void(const Peer&, Refusal, std::string_view text)>;

/// An HTTP/1.1 server with keep-alive on Unix sockets, and over TCP with and without TLS. The
/// executor's context is run by one thread, which also makes and destroys the server.
class [[nodiscard]] Server {
public:
    struct Settings {
        Limits limits;
        /// Whose requests are of STRANGER_LIMITS; empty: nobody's. Called on the server's executor.
        std::function<bool(const Peer&)> is_stranger = {};
        Limits stranger_limits = {};
        std::size_t connections = 4096;  ///< through TCP, in all
        /// Of these, the last so many are for addresses that have none yet: many that take all they
        /// may leave one to everybody else.
        std::size_t reserved_connections = 0;
        std::size_t connections_per_address = 8;  ///< through TCP
        std::size_t local_connections = 256;      ///< through Unix sockets
        /// TLS handshakes under way. More wait unaccepted, where no deadline runs: when thousands
        /// of blades come at once, each must not be timed out by the work for the others.
        std::size_t handshakes = 512;
        std::chrono::milliseconds handshake_timeout{10'000};
        std::chrono::milliseconds request_timeout{
            10'000};  ///< from its first byte, or from the connection, to its last
        std::chrono::milliseconds idle_timeout{120'000};  ///< between requests
        std::chrono::milliseconds write_timeout{30'000};  ///< a response, or one part of a stream
                                                          ///< or file (kFilePart)
        /// Whether a peer at this address (through TCP) is listened to at all; empty: every one.
        /// Who is not costs no handshake. Called on the server's executor.
        std::function<bool(std::uint32_t address)> admits = {};
        /// Where TLS handshakes are computed: milliseconds of processor time each, which would keep
        /// the event loop from everybody else. Empty: on the server's executor. Its threads end
        /// before the server's context is destroyed.
        boost::asio::any_io_executor handshake_executor = {};
    };

    Server(boost::asio::any_io_executor executor, Settings settings, Handler handler,
           Observer observer);
    /// Stops.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// See sys::listen_unix.
    Result<void> listen_unix(const std::string& path, mode_t mode);
    /// TLS is taken over and kept as long as any session needs it. Returns the port, for PORT 0.
    Result<std::uint16_t> listen_tls(std::uint32_t address, std::uint16_t port,
                                     std::shared_ptr<const tls::ServerSettings> tls,
                                     const std::string& device = "");
    /// The same without TLS, for what is no secret.
    Result<std::uint16_t> listen_plain(std::uint32_t address, std::uint16_t port,
                                       const std::string& device = "");
    /// Closes the listeners. Requests under way are answered to their end, each the last of its
    /// connection; all other connections are dropped, and streams that never end. ON_EMPTY is
    /// called when none is left, perhaps at once: nothing bounds the wait but stop().
    void drain(std::function<void()> on_empty);
    /// From now on every listener for TLS shows TLS; connections that are open, and handshakes
    /// under way, go on with what they began with.
    void use_tls(const std::shared_ptr<const tls::ServerSettings>& tls);
    /// Closes the listeners and drops every connection; requests being handled are cancelled. Run
    /// the context until connection_count() is 0 before destroying what the handler uses.
    void stop();

    std::size_t connection_count() const;

private:
    struct State;
    static boost::asio::awaitable<void> accept_all(std::shared_ptr<State> state,
                                                   std::size_t listener);
    std::shared_ptr<State> state_;
};

}  // namespace dim::http
