#pragma once

#include "libdim/base/result.hpp"
#include "libdim/http/message.hpp"
#include "libdim/http/protocol_error.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace dim::http {

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
