#include "imageserver/api/router.hpp"

#include "imageserver/api/reply.hpp"
#include "libdim/base/text.hpp"

#include <optional>

namespace dim::server {

namespace {

namespace asio = boost::asio;

constexpr std::size_t kShownPath = 100;

/// What stands for each {…} of PATTERN, or nothing when PATH is not of its form.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
    const auto expected = split(pattern, '/');
    const auto given = split(path, '/');
    if (expected.size() != given.size()) return std::nullopt;
    std::vector<std::string> parameters;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (expected[i].starts_with('{')) {
            if (given[i].empty()) return std::nullopt;
            parameters.emplace_back(given[i]);
        } else if (expected[i] != given[i]) {
            return std::nullopt;
        }
    }
    return parameters;
}

http::Response refuse_method(std::string allowed) {
    http::Response response = problem_response(
        Error(ErrorCode::invalid_input, "this resource does not know that method"), 405);
    response.allow = std::move(allowed);
    return response;
}

}  // namespace

bool is_local_administrator(const http::Peer& peer, uid_t own_user) {
    return peer.credentials && (peer.credentials->uid == 0 || peer.credentials->uid == own_user);
}

void Router::add(Route route, RouteHandler handler) {
    entries_.push_back({std::move(route), std::move(handler)});
}

bool Router::may_call(const http::Peer& peer, Audience audience) const {
    switch (audience) {
        case Audience::agent:
        case Audience::server: return !peer.is_local();
        case Audience::administrator: return administrators_(peer);
    }
    return false;
}

asio::awaitable<http::Reply> Router::handle(const http::Request& request,
                                            const http::Peer& peer) const {
    const std::string_view target = request.target;
    const auto question = target.find('?');
    const std::string_view path = target.substr(0, question);
    std::string allowed;
    bool is_forbidden = false;
    for (const Entry& entry : entries_) {
        auto parameters = match(entry.route.pattern, path);
        if (!parameters) continue;
        if (!may_call(peer, entry.route.audience)) {
            is_forbidden = true;
            continue;
        }
        if (entry.route.method != request.method) {
            allowed.append(allowed.empty() ? "" : ", ").append(to_string(entry.route.method));
            continue;
        }
        const RouteCall call{request, peer, *std::move(parameters),
                             question == std::string_view::npos
                                 ? std::string()
                                 : std::string(target.substr(question + 1))};
        http::Reply reply = co_await entry.handler(call);
        co_return reply;
    }
    const std::string shown = printable(path, kShownPath);
    if (!allowed.empty()) co_return refuse_method(std::move(allowed));
    if (!peer.is_local() && on_unknown_)
        on_unknown_(peer, "a request for " + shown + ", which is nothing for an agent");
    if (is_forbidden) {
        co_return problem_response(
            Error(ErrorCode::permission_denied, to_string(peer) + " may not use " + shown)
                .with_cure(cure_));
    }
    co_return problem_response(Error(ErrorCode::not_found, "there is no " + shown));
}

std::vector<Router::Route> Router::routes() const {
    std::vector<Route> list;
    for (const Entry& entry : entries_)
        list.push_back(entry.route);
    return list;
}

}  // namespace dim::server
