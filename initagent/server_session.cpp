#include "initagent/server_session.hpp"

#include "libdim/api/agent_port.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/http/response_parser.hpp"
#include "libdim/http/tls_stream.hpp"
#include "libdim/sys/tcp_socket.hpp"

#include <array>
#include <string_view>

namespace dim::agent {

namespace {

constexpr std::size_t kReadSize = 4096;
// More posts than a boot has stages; beyond that the server does not read them any more.
constexpr std::size_t kUnansweredLimit = 32;

std::string endpoint_text(const ServerEndpoint& endpoint) {
    return sys::endpoint_text(endpoint.address.value(), endpoint.port);
}

Error error_of(const http::Response& response) {
    const auto problem = api::parse<api::Problem>(response.body);
    if (problem) return api::to_error(*problem).with_context("the image server refused");
    return Error(ErrorCode::unavailable, "the image server answered " +
                                             std::to_string(response.status) + ' ' +
                                             http::status_text(response.status));
}

}  // namespace

Result<sys::Fd> connect_to_server(const ServerEndpoint& endpoint, const sys::Deadline& deadline) {
    constexpr sys::PortRange kSourcePorts{api::kFirstAgentSourcePort, api::kLastAgentSourcePort};
    auto socket = sys::connect_tcp(endpoint.address.value(), endpoint.port, kSourcePorts, deadline);
    if (socket) return socket;
    return fail(std::move(socket).error().with_cure("is imageserver running on " + endpoint.name +
                                                    " and its bootnet address up?"));
}

Result<ServerSession> ServerSession::start(const ServerEndpoint& endpoint,
                                           const tls::ClientSettings& tls, sys::Fd socket,
                                           const sys::Deadline& deadline) {
    auto stream = http::TlsStream::connect(tls, endpoint.name, std::move(socket), deadline);
    if (stream) return ServerSession(*std::move(stream));
    return fail(std::move(stream).error().with_context("TLS with " + endpoint.name + " at " +
                                                       endpoint_text(endpoint)));
}

Result<void> ServerSession::write(const std::string& target, std::string body,
                                  const sys::Deadline& deadline) {
    if (!stream_) return fail(ErrorCode::unavailable, "the connection to the server is closed");
    http::Request request;
    request.method = http::Method::post;
    request.target = target;
    request.content_type = "application/json";
    request.accept = "application/json";
    request.body = std::move(body);
    auto written = stream_->write(http::serialize(request), deadline);
    if (!written) stream_.reset();
    return written;
}

Result<http::Response> ServerSession::receive(const sys::Deadline& deadline) {
    http::ResponseParser parser(http::Limits{.body = api::limits::kMessageBytes},
                                http::Method::post);
    while (!parser.is_done()) {
        if (unread_.empty()) {
            std::array<char, kReadSize> buffer;
            DIM_TRY(const std::size_t count, stream_->read(buffer, deadline));
            if (count == 0) {
                if (parser.feed_end()) break;
                return fail(ErrorCode::unavailable, "the image server closed the connection");
            }
            unread_.assign(buffer.data(), count);
        }
        const auto used = parser.feed(unread_);
        if (!used)
            return fail(ErrorCode::invalid_input, "no answer we can read: " + used.error().text);
        unread_.erase(0, *used);
    }
    if (parser.connection() == http::Connection::close) stream_.reset();
    return parser.take();
}

Result<http::Response> ServerSession::read_response(const sys::Deadline& deadline) {
    if (!stream_) return fail(ErrorCode::unavailable, "the image server closed the connection");
    auto response = receive(deadline);
    // After an error nobody knows where the next answer would begin.
    if (!response) stream_.reset();
    return response;
}

Result<void> ServerSession::send(const std::string& target, std::string body,
                                 const sys::Deadline& deadline) {
    if (unanswered_ == kUnansweredLimit)
        return fail(ErrorCode::limit_exceeded, "the image server does not answer");
    DIM_CHECK(write(target, std::move(body), deadline));
    ++unanswered_;
    return {};
}

Result<std::string> ServerSession::exchange(const std::string& target, std::string body,
                                            const sys::Deadline& deadline) {
    DIM_CHECK(write(target, std::move(body), deadline));
    for (; unanswered_ > 0; --unanswered_)
        DIM_CHECK(read_response(deadline));
    DIM_TRY(http::Response response, read_response(deadline));
    if (response.status / 100 == 2) return std::move(response.body);
    retry_after_ = response.retry_after;
    return fail(error_of(response));
}

}  // namespace dim::agent
