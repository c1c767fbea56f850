#pragma once

#include "libdim/http/message.hpp"

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace dim::http {

/// Why a message was refused, and the status that tells its sender.
struct ProtocolError {
    int status = 400;  ///< 400, 411, 413, 414, 417, 431, 501, 505
    std::string text;
    bool operator==(const ProtocolError&) const = default;
};

/// Reads one request out of bytes as they come. Requests have a Content-Length or no body:
/// Transfer-Encoding, Expect and Upgrade are refused.
class [[nodiscard]] RequestParser {
public:
    explicit RequestParser(const Limits& limits = {});
    RequestParser(RequestParser&&) noexcept;
    RequestParser& operator=(RequestParser&&) noexcept;
    ~RequestParser();

    /// How many of BYTES belong to this request; the rest is the next one's. Not to be called once
    /// done, or after an error.
    Result<std::size_t, ProtocolError> feed(std::string_view bytes);
    /// True once any byte has been fed.
    bool has_started() const;
    bool is_done() const;
    /// What the peer wants after this request.
    Connection connection() const;
    /// The request, once done.
    Request take();

private:
    struct State;
    std::unique_ptr<State> state_;
};

enum class BodyKind {
    whole,     ///< bounded by Limits::body
    streamed,  ///< unbounded; take_body() empties what has come
};

/// Reads one response.
class [[nodiscard]] ResponseParser {
public:
    /// REQUEST_METHOD: a response to HEAD has no body.
    explicit ResponseParser(const Limits& limits = {}, Method request_method = Method::get,
                            BodyKind body_kind = BodyKind::whole);
    ResponseParser(ResponseParser&&) noexcept;
    ResponseParser& operator=(ResponseParser&&) noexcept;
    ~ResponseParser();

    Result<std::size_t, ProtocolError> feed(std::string_view bytes);
    /// Says that the peer closed: that ends a body without a length. Errors: when in the middle.
    Result<void, ProtocolError> feed_end();
    bool is_head_done() const;
    bool is_done() const;
    Connection connection() const;
    int status() const;
    /// What has come of the body since the last call.
    std::string take_body();
    /// The response, once done; its body is what take_body() left.
    Response take();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace dim::http
