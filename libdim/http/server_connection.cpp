#include "libdim/http/server_connection.hpp"

#include "libdim/http/request_parser.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

namespace dim::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kRequestReadSize = 16 * 1024;

Refusal refusal_of(int status) {
    switch (status) {
        case 413:
        case 414:
        case 431: return Refusal::too_long;
        default: return Refusal::malformed;
    }
}

/// What handlers and generators return, their exceptions as words.
template <class T>
asio::awaitable<Result<T, std::string>> catch_all(asio::awaitable<T> task) {
    try {
        T value = co_await std::move(task);
        co_return value;
    } catch (const std::exception& exception) {
        co_return std::unexpected(std::string(exception.what()));
    }
}

asio::awaitable<void> let_others_go_on() {
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
}

class ServerConnection {
public:
    ServerConnection(const Service& service, ServerStream& stream, const Peer& peer,
                     ConnectionState& state)
        : service_(service), stream_(stream), peer_(peer), state_(state) {}

    asio::awaitable<bool> start_tls(std::shared_ptr<const tls::ServerSettings> tls);
    /// One request and its answer. False when the connection is to end.
    asio::awaitable<bool> serve_one();

private:
    const Limits& limits() const {
        const Server::Settings& settings = service_.settings;
        const bool is_stranger = settings.is_stranger && settings.is_stranger(peer_);
        return is_stranger ? settings.stranger_limits : settings.limits;
    }
    asio::awaitable<bool> receive(RequestParser& parser);
    asio::awaitable<bool> receive_more(const RequestParser& parser);
    asio::awaitable<void> refuse(Refusal cause, int status, std::string text);
    asio::awaitable<bool> answer(const Request& request, Connection connection);
    asio::awaitable<bool> send(std::string bytes);
    asio::awaitable<bool> stream_parts(const Reply& reply);
    asio::awaitable<Result<void>> send_file_parts(const FileBody& body, std::uint64_t& sent);
    asio::awaitable<bool> send_file(const FileBody& body);
    asio::awaitable<void> until_peer_moves();

    void observe(Refusal cause, std::string_view text) const {
        if (service_.observer) service_.observer(peer_, cause, text);
    }

    const Service& service_;
    ServerStream& stream_;
    const Peer& peer_;
    ConnectionState& state_;
    std::string unread_;
    bool is_first_ = true;
};

asio::awaitable<bool> ServerConnection::start_tls(std::shared_ptr<const tls::ServerSettings> tls) {
    stream_.set_deadline(service_.settings.handshake_timeout);
    const Result<void> started =
        co_await stream_.start_tls(std::move(tls), service_.settings.handshake_executor);
    if (started) co_return true;
    const bool is_late = started.error().code() == ErrorCode::timed_out;
    observe(is_late ? Refusal::too_slow : Refusal::tls_failed,
            "TLS handshake: " + started.error().message());
    co_return false;
}

asio::awaitable<void> ServerConnection::refuse(Refusal cause, int status, std::string text) {
    observe(cause, text);
    co_await send(serialize(problem(status, text), Connection::close));
}

asio::awaitable<bool> ServerConnection::receive_more(const RequestParser& parser) {
    std::array<char, kRequestReadSize> buffer;
    const Result<std::size_t> count = co_await stream_.read(buffer);
    if (count && *count != 0) {
        unread_.assign(buffer.data(), *count);
        co_return true;
    }
    const bool is_late = !count && count.error().code() == ErrorCode::timed_out;
    if (parser.has_started() || (is_first_ && is_late)) {
        if (is_late) {
            co_await refuse(Refusal::too_slow, 408, "the request did not come in time");
        } else {
            observe(Refusal::broken_off, "the connection ended within a request");
        }
    }
    co_return false;
}

asio::awaitable<bool> ServerConnection::receive(RequestParser& parser) {
    // A new connection has a request to send; one that is kept alive may rest.
    stream_.set_deadline(is_first_ ? service_.settings.request_timeout
                                   : service_.settings.idle_timeout);
    while (!parser.is_done()) {
        if (unread_.empty()) {
            const bool has_more = co_await receive_more(parser);
            if (!has_more) co_return false;
        }
        if (!parser.has_started() && !is_first_)
            stream_.set_deadline(service_.settings.request_timeout);
        const auto used = parser.feed(unread_);
        if (!used) {
            co_await refuse(refusal_of(used.error().status), used.error().status,
                            used.error().text);
            co_return false;
        }
        unread_.erase(0, *used);
    }
    stream_.clear_deadline();
    co_return true;
}

asio::awaitable<bool> ServerConnection::send(std::string bytes) {
    stream_.set_deadline(service_.settings.write_timeout);
    const Result<void> written = co_await stream_.write(bytes);
    if (written) {
        stream_.clear_deadline();
        co_return true;
    }
    const bool is_late = written.error().code() == ErrorCode::timed_out;
    observe(is_late ? Refusal::too_slow : Refusal::broken_off,
            "response: " + written.error().message());
    co_return false;
}

asio::awaitable<bool> ServerConnection::serve_one() {
    RequestParser parser(limits());
    const bool is_received = co_await receive(parser);
    if (!is_received) co_return false;
    is_first_ = false;
    const Connection connection = parser.connection();
    const Request request = parser.take();
    state_.is_answering = true;
    const bool is_answered = co_await answer(request, connection);
    state_.is_answering = false;
    co_return is_answered && !state_.is_last;
}

asio::awaitable<bool> ServerConnection::answer(const Request& request, Connection connection) {
    auto reply = co_await catch_all(service_.handler(request, peer_));
    if (!reply) {
        co_await refuse(Refusal::handler_failed, 500, "internal error: " + reply.error());
        co_return false;
    }
    if (reply->parts && request.method != Method::head) {
        if (reply->ends == Reply::Ends::never) {
            if (state_.is_last) co_return false;
            state_.is_answering = false;
        }
        const bool is_streamed = co_await stream_parts(*reply);
        co_return is_streamed;
    }
    const Connection then = state_.is_last ? Connection::close : connection;
    std::string bytes = serialize(reply->response, then);
    if (request.method == Method::head) bytes.resize(bytes.find("\r\n\r\n") + 4);
    bool is_sent = co_await send(std::move(bytes));
    if (is_sent && reply->file && request.method != Method::head)
        is_sent = co_await send_file(*reply->file);
    co_return is_sent&& then == Connection::keep_alive;
}

asio::awaitable<Result<void>> ServerConnection::send_file_parts(const FileBody& body,
                                                                std::uint64_t& sent) {
    while (sent < body.size) {
        const auto part =
            static_cast<std::size_t>(std::min<std::uint64_t>(kFilePart, body.size - sent));
        stream_.set_deadline(service_.settings.write_timeout);
        Result<void> written = co_await stream_.write_file(*body.file, body.offset + sent, part);
        stream_.clear_deadline();
        if (!written) co_return written;
        sent += part;
        co_await let_others_go_on();  // what is in the page cache goes at once
    }
    co_return Result<void>();
}

/// How it ended is told to who answered, who knows more about it than our observer.
asio::awaitable<bool> ServerConnection::send_file(const FileBody& body) {
    std::uint64_t sent = 0;
    Result<void> outcome = co_await send_file_parts(body, sent);
    if (body.on_end) body.on_end(sent, outcome);
    co_return outcome.has_value();
}

/// Ends when the peer closes, or sends what it may not while it is being sent a stream.
asio::awaitable<void> ServerConnection::until_peer_moves() {
    char byte = 0;
    const Result<std::size_t> count = co_await stream_.read({&byte, 1});
    (void)count;
}

asio::awaitable<bool> ServerConnection::stream_parts(const Reply& reply) {
    using namespace asio::experimental::awaitable_operators;
    bool is_sent = co_await send(serialize_stream_head(reply.response));
    while (is_sent) {
        if (!unread_.empty()) co_return false;
        auto next = co_await (catch_all(reply.parts()) || until_peer_moves());
        if (next.index() == 1) co_return false;
        const auto& part = std::get<0>(next);
        if (!part) {
            observe(Refusal::handler_failed, "stream: " + part.error());
            co_return false;
        }
        if (!*part) {
            is_sent = co_await send(std::string(kLastChunk));
            co_return is_sent;
        }
        is_sent = co_await send(serialize_chunk(**part));
    }
    co_return false;
}

}  // namespace

Response problem(int status, std::string_view detail) {
    std::string text(detail.substr(0, 500));
    // The words are ours and plain, but for those of exceptions.
    std::ranges::replace_if(
        text, [](char c) { return c < 0x20 || c > 0x7e || c == '"' || c == '\\'; }, '\'');
    Response response;
    response.status = status;
    response.content_type = "application/problem+json";
    response.body = "{\"title\":\"" + status_text(status) +
                    "\",\"status\":" + std::to_string(status) + ",\"detail\":\"" + text + "\"}\n";
    return response;
}

asio::awaitable<void> serve_connection(std::shared_ptr<const Service> service,
                                       std::shared_ptr<ServerStream> stream, Peer peer,
                                       std::shared_ptr<const tls::ServerSettings> tls,
                                       HandshakePlace place,
                                       std::shared_ptr<ConnectionState> state) {
    ServerConnection connection(*service, *stream, peer, *state);
    bool goes_on = true;
    if (tls) goes_on = co_await connection.start_tls(std::move(tls));
    peer.certificate = stream->peer_certificate();
    place.reset();
    while (goes_on) {
        goes_on = co_await connection.serve_one();
        // Who sends requests without waiting for answers never makes us wait for the next one.
        co_await let_others_go_on();
    }
    co_await stream->finish();
}

}  // namespace dim::http
