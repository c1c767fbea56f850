#include "libdim/http/request_parser.hpp"

#include "libdim/http/buffered_parser.hpp"

#include <algorithm>
#include <boost/beast/http/string_body.hpp>

namespace dim::http {

namespace {

namespace beast = boost::beast::http;

std::optional<Method> method_of(beast::verb verb) {
    switch (verb) {
        case beast::verb::get: return Method::get;
        case beast::verb::head: return Method::head;
        case beast::verb::post: return Method::post;
        case beast::verb::put: return Method::put;
        case beast::verb::patch: return Method::patch;
        case beast::verb::delete_: return Method::delete_;
        default: return std::nullopt;  // the many verbs of other protocols
    }
}

Result<void, ProtocolError> check_target(std::string_view target, std::size_t limit) {
    if (target.size() > limit)
        return std::unexpected(
            ProtocolError{414, "the target is longer than " + std::to_string(limit) + " bytes"});
    const bool is_printable =
        std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7f; });
    if (!target.starts_with('/') || !is_printable)
        return std::unexpected(ProtocolError{400, "the target is no path"});
    return {};
}

/// What of HTTP/1.1 our API does not need is refused here, before the body.
Result<void, ProtocolError> check_head(const beast::request_header<>& head,
                                       std::size_t target_limit) {
    if (!method_of(head.method())) return std::unexpected(ProtocolError{501, "unknown method"});
    if (auto checked = check_target({head.target().data(), head.target().size()}, target_limit);
        !checked) {
        return checked;
    }
    if (head.count(beast::field::transfer_encoding) != 0)
        return std::unexpected(ProtocolError{411, "send Content-Length, not Transfer-Encoding"});
    if (head.count(beast::field::expect) != 0)
        return std::unexpected(ProtocolError{417, "Expect is not supported"});
    if (head.count(beast::field::upgrade) != 0)
        return std::unexpected(ProtocolError{501, "Upgrade is not supported"});
    if (head.version() == 11 && head.count(beast::field::host) != 1)
        return std::unexpected(ProtocolError{400, "there must be one Host field"});
    return {};
}

}  // namespace

struct RequestParser::State {
    explicit State(const Limits& the_limits) : limits(the_limits), buffered(the_limits) {
        buffered.parser.body_limit(limits.body);
    }
    Limits limits;
    BufferedParser<beast::request_parser<beast::string_body>> buffered;
    bool has_started = false;
    bool is_head_checked = false;
};

RequestParser::RequestParser(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;
RequestParser::~RequestParser() = default;

Result<std::size_t, ProtocolError> RequestParser::feed(std::string_view bytes) {
    const std::size_t given = bytes.size();
    state_->has_started = state_->has_started || given != 0;
    auto is_head_done = state_->buffered.feed_head(bytes);
    if (!is_head_done) return std::unexpected(std::move(is_head_done).error());
    if (!*is_head_done) return given;
    if (!state_->is_head_checked) {
        if (auto checked = check_head(state_->buffered.parser.get(), state_->limits.target);
            !checked) {
            return std::unexpected(std::move(checked).error());
        }
        state_->is_head_checked = true;
    }
    if (auto fed = state_->buffered.feed_body(bytes); !fed)
        return std::unexpected(std::move(fed).error());
    return given - bytes.size();
}

bool RequestParser::has_started() const { return state_->has_started; }

bool RequestParser::is_done() const {
    return state_->is_head_checked && state_->buffered.parser.is_done();
}

Connection RequestParser::connection() const {
    return state_->buffered.parser.keep_alive() ? Connection::keep_alive : Connection::close;
}

Request RequestParser::take() {
    auto message = state_->buffered.parser.release();
    Request request;
    request.method = method_of(message.method()).value_or(Method::get);
    request.target = std::string(message.target().data(), message.target().size());
    request.content_type = field_text(message, beast::field::content_type);
    request.accept = field_text(message, beast::field::accept);
    // RFC 9110, 14.2: of GET alone. If-Range asks for the whole when the file has changed, which is
    // always a right answer.
    if (request.method == Method::get && message.count(beast::field::if_range) == 0)
        request.range = field_text(message, beast::field::range);
    request.body = std::move(message.body());
    return request;
}

}  // namespace dim::http
