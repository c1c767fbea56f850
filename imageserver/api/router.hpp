#pragma once

#include "libdim/http/server.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace dim::server {

/// Who may call a route.
enum class Audience {
    agent,          ///< blades, through TLS
    administrator,  ///< see Router::Router
    server,         ///< another image server that is not known yet, through TLS
};

/// A request on its way to its route; good until the reply is made.
struct RouteCall {
    const http::Request& request;
    const http::Peer& peer;
    std::vector<std::string> parameters;  ///< what stood for each {…} of the pattern
    std::string query;                    ///< without '?'
};

using RouteHandler = std::function<boost::asio::awaitable<http::Reply>(const RouteCall&)>;

/// Root, or OWN_USER, which the daemon runs as, through the Unix socket.
bool is_local_administrator(const http::Peer& peer, uid_t own_user);

/// Finds the handler of a request, and refuses what nobody handles or the peer may not ask.
class Router {
public:
    struct Route {
        http::Method method;
        std::string pattern;  ///< "/v1/blades/{name}"
        Audience audience;
    };

    using Administrators = std::function<bool(const http::Peer&)>;
    /// CURE: for who may not ask what is asked.
    explicit Router(Administrators administrators,
                    std::string cure = "use the daemon's Unix socket as root")
        : administrators_(std::move(administrators)), cure_(std::move(cure)) {}

    void add(Route route, RouteHandler handler);
    /// Told when an agent's request fits no route.
    void on_unknown(std::function<void(const http::Peer&, std::string_view)> observer) {
        on_unknown_ = std::move(observer);
    }
    /// REQUEST and PEER must outlive the awaitable.
    boost::asio::awaitable<http::Reply> handle(const http::Request& request,
                                               const http::Peer& peer) const;
    std::vector<Route> routes() const;

private:
    struct Entry {
        Route route;
        RouteHandler handler;
    };
    bool may_call(const http::Peer& peer, Audience audience) const;

    Administrators administrators_;
    std::string cure_;
    std::vector<Entry> entries_;
    std::function<void(const http::Peer&, std::string_view)> on_unknown_;
};

}  // namespace dim::server
