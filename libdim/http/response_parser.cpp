#include "libdim/http/response_parser.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/http/buffered_parser.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/dynamic_body.hpp>

namespace dim::http {

namespace {

namespace beast = boost::beast::http;

constexpr std::int64_t kRetryAfterLimit = 24 * 60 * 60;  // seconds

/// Grows with what came; beast::string_body takes as much memory as a stream's length announces.
using Body = beast::basic_dynamic_body<boost::beast::flat_buffer>;

std::string taken(boost::beast::flat_buffer& body) {
    const auto bytes = body.cdata();
    std::string text(static_cast<const char*>(bytes.data()), bytes.size());
    body.clear();
    return text;
}

}  // namespace

struct ResponseParser::State {
    State(const Limits& limits, Method method, BodyKind body_kind) : buffered(limits) {
        auto& parser = buffered.parser;
        if (body_kind == BodyKind::whole) {
            parser.body_limit(limits.body);
        } else {
            parser.body_limit(boost::none);
        }
        parser.skip(method == Method::head);
    }
    BufferedParser<beast::response_parser<Body>> buffered;
};

ResponseParser::ResponseParser(const Limits& limits, Method request_method, BodyKind body_kind)
    : state_(std::make_unique<State>(limits, request_method, body_kind)) {}
ResponseParser::ResponseParser(ResponseParser&&) noexcept = default;
ResponseParser& ResponseParser::operator=(ResponseParser&&) noexcept = default;
ResponseParser::~ResponseParser() = default;

Result<std::size_t, ProtocolError> ResponseParser::feed(std::string_view bytes) {
    const std::size_t given = bytes.size();
    auto is_head_done = state_->buffered.feed_head(bytes);
    if (!is_head_done) return std::unexpected(std::move(is_head_done).error());
    if (!*is_head_done) return given;
    if (status() < 200)
        return std::unexpected(ProtocolError{400, "an interim response that nobody asked for"});
    if (auto fed = state_->buffered.feed_body(bytes); !fed)
        return std::unexpected(std::move(fed).error());
    return given - bytes.size();
}

Result<void, ProtocolError> ResponseParser::feed_end() {
    auto& parser = state_->buffered.parser;
    if (parser.is_done()) return {};
    if (!parser.is_header_done())
        return std::unexpected(ProtocolError{400, "the connection ended before the response"});
    boost::system::error_code error;
    parser.put_eof(error);
    if (error)
        return std::unexpected(ProtocolError{400, "the connection ended within the response"});
    return {};
}

bool ResponseParser::is_head_done() const { return state_->buffered.parser.is_header_done(); }
bool ResponseParser::is_done() const { return state_->buffered.parser.is_done(); }

Connection ResponseParser::connection() const {
    return state_->buffered.parser.keep_alive() ? Connection::keep_alive : Connection::close;
}

int ResponseParser::status() const {
    return static_cast<int>(state_->buffered.parser.get().result_int());
}

std::string ResponseParser::take_body() { return taken(state_->buffered.parser.get().body()); }

Response ResponseParser::take() {
    auto message = state_->buffered.parser.release();
    Response response;
    response.status = static_cast<int>(message.result_int());
    response.content_type = field_text(message, beast::field::content_type);
    response.allow = field_text(message, beast::field::allow);
    const std::string delay = field_text(message, beast::field::retry_after);
    // The other form, a date, is not used between us.
    if (auto seconds = parse_number<std::int64_t>(delay, 0, kRetryAfterLimit); seconds)
        response.retry_after = std::chrono::seconds(*seconds);
    response.body = taken(message.body());
    return response;
}

}  // namespace dim::http
