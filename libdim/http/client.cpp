#include "libdim/http/client.hpp"

#include "libdim/http/response_parser.hpp"

#include <array>

namespace dim::http {

namespace {

constexpr std::size_t kAnswerReadSize = 16 * 1024;

Error error_of(const ProtocolError& error) {
    const ErrorCode code =
        error.status == 400 ? ErrorCode::invalid_input : ErrorCode::limit_exceeded;
    return Error(code, "the server's answer is refused: " + error.text);
}

}  // namespace

Client::Client(std::unique_ptr<ByteStream> stream, Settings settings)
    : stream_(std::move(stream)), settings_(settings) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

template <class Function>
Result<Response> Client::guard(const Function& function) {
    if (!stream_) return fail(ErrorCode::unavailable, "the connection is closed");
    Result<Response> response = function();
    // After an error nobody knows where in the stream the next answer would begin.
    if (!response) stream_.reset();
    return response;
}

Result<void> Client::receive(ResponseParser& parser, const sys::Deadline& deadline) {
    if (unread_.empty()) {
        std::array<char, kAnswerReadSize> buffer;
        DIM_TRY(const std::size_t count, stream_->read(buffer, deadline));
        if (count == 0) {
            if (!parser.is_head_done())
                return fail(ErrorCode::unavailable, "the server closed without an answer");
            if (!parser.feed_end())
                return fail(ErrorCode::unavailable, "the server closed within its answer");
            return {};
        }
        unread_.assign(buffer.data(), count);
    }
    const auto used = parser.feed(unread_);
    if (!used) return fail(error_of(used.error()));
    unread_.erase(0, *used);
    return {};
}

Result<Response> Client::exchange(const Request& request, const sys::Deadline& deadline) {
    return guard([&]() -> Result<Response> {
        DIM_CHECK(stream_->write(serialize(request), deadline));
        ResponseParser parser(settings_.limits, request.method);
        while (!parser.is_done())
            DIM_CHECK(receive(parser, deadline));
        if (parser.connection() == Connection::close) stream_.reset();
        return parser.take();
    });
}

Result<Response> Client::follow(const Request& request, const sys::Deadline& head_deadline,
                                std::chrono::milliseconds line_timeout,
                                const LineReceiver& receiver) {
    return guard([&]() -> Result<Response> {
        DIM_CHECK(stream_->write(serialize(request), head_deadline));
        ResponseParser parser(settings_.limits, request.method, BodyKind::streamed);
        while (!parser.is_head_done())
            DIM_CHECK(receive(parser, head_deadline));
        if (parser.status() / 100 == 2) {
            DIM_TRY(const Next next, receive_lines(parser, line_timeout, receiver));
            if (next == Next::stop || parser.connection() == Connection::close) stream_.reset();
            return parser.take();
        }
        std::string body = parser.take_body();
        while (!parser.is_done()) {
            DIM_CHECK(receive(parser, head_deadline));
            body += parser.take_body();
            if (body.size() > settings_.limits.body)
                return fail(ErrorCode::limit_exceeded, "the server's answer is too long");
        }
        if (parser.connection() == Connection::close) stream_.reset();
        Response response = parser.take();
        response.body = std::move(body);
        return response;
    });
}

Result<Client::Next> Client::receive_lines(ResponseParser& parser,
                                           std::chrono::milliseconds line_timeout,
                                           const LineReceiver& receiver) {
    const auto line_deadline = [line_timeout] {
        return line_timeout.count() == 0 ? sys::Deadline::never() : sys::Deadline::in(line_timeout);
    };
    std::string text;
    for (sys::Deadline deadline = line_deadline();;) {
        text += parser.take_body();
        std::size_t begin = 0;
        for (std::size_t end = 0; (end = text.find('\n', begin)) != text.npos; begin = end + 1) {
            if (receiver(std::string_view(text).substr(begin, end - begin)) == Next::stop)
                return Next::stop;
        }
        text.erase(0, begin);
        if (text.size() > settings_.limits.body)
            return fail(ErrorCode::limit_exceeded, "a line of the server's stream is too long");
        if (parser.is_done()) break;
        if (begin != 0) deadline = line_deadline();
        DIM_CHECK(receive(parser, deadline));
    }
    if (!text.empty()) return receiver(text);
    return Next::go_on;
}

}  // namespace dim::http
