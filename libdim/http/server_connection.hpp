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

/// Answers the requests of one connection until one side ends it. TLS is null for a plain one.
boost::asio::awaitable<void> serve_connection(std::shared_ptr<const Service> service,
                                              std::shared_ptr<ServerStream> stream, Peer peer,
                                              std::shared_ptr<const tls::ServerSettings> tls,
                                              HandshakePlace place);

/// An RFC 9457 problem document.
Response problem(int status, std::string_view detail);

}  // namespace dim::http
