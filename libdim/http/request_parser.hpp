#pragma once

#include "libdim/base/result.hpp"
#include "libdim/http/message.hpp"
#include "libdim/http/protocol_error.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace dim::http {

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

}  // namespace dim::http
