#pragma once

#include "libdim/http/byte_stream.hpp"
#include "libdim/http/message.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace dim::http {

class ResponseParser;

/// A blocking HTTP/1.1 client on one connection. After an error, or when the server closes
/// (is_open() is false), make a new one. It never repeats a request by itself.
class [[nodiscard]] Client {
public:
    struct Settings {
        Limits limits{.body = 1024 * 1024};  ///< of a response, or of one line of a stream
    };

    explicit Client(std::unique_ptr<ByteStream> stream) : Client(std::move(stream), Settings()) {}
    Client(std::unique_ptr<ByteStream> stream, Settings settings);
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;
    ~Client();

    /// Sends the request, returns the answer; a status of 4xx or 5xx is no error. Errors:
    /// timed_out, unavailable, invalid_input when the answer is no HTTP, limit_exceeded.
    Result<Response> exchange(const Request& request, const sys::Deadline& deadline);

    enum class Next { go_on, stop };
    /// Without line feed.
    using LineReceiver = std::function<Next(std::string_view line)>;
    /// For newline-delimited streams: hands every line of a 2xx answer to RECEIVER until the stream
    /// ends or RECEIVER says stop; the response returned has no body then. Another status is
    /// returned with its body. HEAD_DEADLINE is for the head; then each line must come within
    /// LINE_TIMEOUT (0: wait for ever). The connection cannot be used again after stop.
    Result<Response> follow(const Request& request, const sys::Deadline& head_deadline,
                            std::chrono::milliseconds line_timeout, const LineReceiver& receiver);

    bool is_open() const { return stream_ != nullptr; }

private:
    template <class Function>
    Result<Response> guard(const Function& function);
    /// Feeds PARSER with what is unread, or else with the next bytes.
    Result<void> receive(ResponseParser& parser, const sys::Deadline& deadline);
    Result<Next> receive_lines(ResponseParser& parser, std::chrono::milliseconds line_timeout,
                               const LineReceiver& receiver);

    std::unique_ptr<ByteStream> stream_;
    Settings settings_;
    std::string unread_;  ///< received, not yet parsed
};

}  // namespace dim::http
