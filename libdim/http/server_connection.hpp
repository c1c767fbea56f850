#pragma once

#include "libdim/http/server.hpp"
#include "libdim/http/server_stream.hpp"

#include <memory>

namespace dim::http {

/// What every connection of a server shares.
struct Service {
    Server::Settings settings;
    Handler handler;
    Observer observer;
};

/// Held while a TLS handshake is under way; the number of owners is the number of handshakes.
using HandshakePlace = std::shared_ptr<const void>;

/// What a connection and its server tell each other, on the server's thread.
struct ConnectionState {
    bool is_answering = false;  ///< a request that came whole, by what ends
    bool is_last = false;       ///< no further request is read
};

/// Answers the requests of one connection until one side ends it. TLS is null for a plain one.
boost::asio::awaitable<void> serve_connection(std::shared_ptr<const Service> service,
                                              std::shared_ptr<ServerStream> stream, Peer peer,
                                              std::shared_ptr<const tls::ServerSettings> tls,
                                              HandshakePlace place,
                                              std::shared_ptr<ConnectionState> state);

/// An RFC 9457 problem document.
Response problem(int status, std::string_view detail);

}  // namespace dim::http
