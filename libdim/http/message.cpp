#include "libdim/http/message.hpp"

#include <array>
#include <utility>

namespace dim::http {

namespace {

struct StatusName {
    int status;
    std::string_view name;
};

constexpr std::array kStatusNames{
    StatusName{200, "OK"},
    StatusName{201, "Created"},
    StatusName{202, "Accepted"},
    StatusName{204, "No Content"},
    StatusName{206, "Partial Content"},
    StatusName{304, "Not Modified"},
    StatusName{400, "Bad Request"},
    StatusName{401, "Unauthorized"},
    StatusName{403, "Forbidden"},
    StatusName{404, "Not Found"},
    StatusName{405, "Method Not Allowed"},
    StatusName{408, "Request Timeout"},
    StatusName{409, "Conflict"},
    StatusName{411, "Length Required"},
    StatusName{413, "Content Too Large"},
    StatusName{414, "URI Too Long"},
    StatusName{415, "Unsupported Media Type"},
    StatusName{416, "Range Not Satisfiable"},
    StatusName{417, "Expectation Failed"},
    StatusName{422, "Unprocessable Content"},
    StatusName{429, "Too Many Requests"},
    StatusName{431, "Request Header Fields Too Large"},
    StatusName{500, "Internal Server Error"},
    StatusName{501, "Not Implemented"},
    StatusName{503, "Service Unavailable"},
    StatusName{504, "Gateway Timeout"},
    StatusName{505, "HTTP Version Not Supported"},
    StatusName{507, "Insufficient Storage"},
};

void add_field(std::string& head, std::string_view name, std::string_view value) {
    constexpr std::string_view kForbidden("\r\n\0", 3);
    if (value.empty() || value.find_first_of(kForbidden) != value.npos) return;
    head.append(name).append(": ").append(value).append("\r\n");
}

void add_connection(std::string& head, Connection connection) {
    if (connection == Connection::close) add_field(head, "Connection", "close");
}

std::string response_head(const Response& response) {
    std::string head =
        "HTTP/1.1 " + std::to_string(response.status) + ' ' + status_text(response.status) + "\r\n";
    add_field(head, "Content-Type", response.content_type);
    add_field(head, "Allow", response.allow);
    add_field(head, "Content-Range", response.content_range);
    add_field(head, "ETag", response.entity_tag);
    if (!response.entity_tag.empty()) add_field(head, "Accept-Ranges", "bytes");
    if (response.retry_after)
        add_field(head, "Retry-After", std::to_string(response.retry_after->count()));
    return head;
}

/// RFC 9110, section 8.6: 1xx, 204 and 304 have no body.
bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

std::string_view to_string(Method method) {
    switch (method) {
        case Method::get: return "GET";
        case Method::head: return "HEAD";
        case Method::post: return "POST";
        case Method::put: return "PUT";
        case Method::patch: return "PATCH";
        case Method::delete_: return "DELETE";
    }
    std::unreachable();
}

std::string status_text(int status) {
    for (const StatusName& entry : kStatusNames) {
        if (entry.status == status) return std::string(entry.name);
    }
    return "Status " + std::to_string(status);
}

std::string serialize(const Request& request, Connection connection) {
    std::string text(to_string(request.method));
    text.append(" ").append(request.target).append(" HTTP/1.1\r\n");
    add_field(text, "Host", "dim");
    add_field(text, "Accept", request.accept);
    add_field(text, "Content-Type", request.content_type);
    add_field(text, "Range", request.range);
    add_connection(text, connection);
    if (!request.body.empty() || request.method == Method::post || request.method == Method::put ||
        request.method == Method::patch) {
        add_field(text, "Content-Length", std::to_string(request.body.size()));
    }
    return text.append("\r\n").append(request.body);
}

std::string serialize(const Response& response, Connection connection) {
    std::string text = response_head(response);
    add_connection(text, connection);
    if (!has_body(response.status)) return text.append("\r\n");
    add_field(text, "Content-Length",
              std::to_string(response.announced_size.value_or(response.body.size())));
    return text.append("\r\n").append(response.body);
}

std::string serialize_stream_head(const Response& response) {
    std::string text = response_head(response);
    add_field(text, "Transfer-Encoding", "chunked");
    return text.append("\r\n");
}

std::string serialize_chunk(std::string_view bytes) {
    if (bytes.empty()) return {};  // a chunk of size 0 would end the body
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string size;
    for (std::size_t rest = bytes.size(); rest != 0; rest /= 16)
        size.insert(size.begin(), kDigits[rest % 16]);
    return size.append("\r\n").append(bytes).append("\r\n");
}

}  // namespace dim::http
