#pragma once

#include "libdim/base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dim::http {

enum class Method { get, head, post, put, patch, delete_ };
/// "GET"….
std::string_view to_string(Method method);

/// An HTTP/1.1 request, reduced to what our API uses.
struct Request {
    Method method = Method::get;
    std::string target = "/";  ///< path and query as sent: printable, at most Limits::target bytes
    std::string content_type = {};
    std::string accept = {};
    std::string body = {};
    /// The field Range of a GET; empty also where If-Range makes it depend on what we do not keep.
    std::string range = {};
    bool operator==(const Request&) const = default;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";  ///< empty: none is sent
    std::string body = {};
    std::optional<std::chrono::seconds> retry_after = {};
    std::string allow = {};          ///< for 405: "GET, POST"
    std::string content_range = {};  ///< for 206: "bytes 0-9/100", and 416: "bytes */100"
    std::string entity_tag = {};     ///< with its quotes: what has parts that can be asked for
    std::optional<std::uint64_t> announced_size = {};  ///< of a body that is sent apart
    bool operator==(const Response&) const = default;
};

/// "Not Found"; "Status 599" for one without a name.
std::string status_text(int status);

enum class Connection { keep_alive, close };

/// Bytes for the wire. Header texts that hold CR, LF or NUL are our bug and are dropped.
std::string serialize(const Request& request, Connection connection = Connection::keep_alive);
std::string serialize(const Response& response, Connection connection = Connection::keep_alive);
/// The head of a response whose body follows in serialize_chunk()s, ended by kLastChunk.
std::string serialize_stream_head(const Response& response);
std::string serialize_chunk(std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// What a parser accepts at most; bytes.
struct Limits {
    std::size_t header = 8 * 1024;  ///< start line and all fields
    std::size_t target = 1024;
    std::size_t body = 64 * 1024;
};

}  // namespace dim::http
