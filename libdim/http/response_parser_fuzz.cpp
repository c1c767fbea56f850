#include "libdim/http/response_parser.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstdlib>
#include <optional>

// Arbitrary bytes from a server: no crash, one verdict however they are cut, and what was read can
// be written and read again.

using namespace dim::http;

namespace {

dim::testing::Goal written_again("a response, read, written and read again");
dim::testing::Goal chunked("a response in chunks, read as a stream");

std::optional<Response> parse(std::string_view bytes, std::size_t piece, BodyKind kind) {
    Limits limits;
    limits.body = 2048;
    ResponseParser parser(limits, Method::get, kind);
    std::string body;
    while (!bytes.empty() && !parser.is_done()) {
        const std::string_view part = bytes.substr(0, piece);
        const auto used = parser.feed(part);
        if (!used) return std::nullopt;
        if (*used > part.size() || (!parser.is_done() && *used != part.size())) std::abort();
        bytes.remove_prefix(*used);
        if (kind == BodyKind::streamed && parser.is_head_done()) body += parser.take_body();
    }
    if (!parser.is_head_done() || !parser.feed_end()) return std::nullopt;
    Response response = parser.take();
    if (kind == BodyKind::streamed) response.body = body;
    return response;
}

}  // namespace

/// The first byte says how long the pieces are.
dim::testing::Seeds dim::testing::fuzz_seeds() {
    Response response;
    response.content_type = "application/json";
    response.body = "{\"a\":1}";
    return {
        {"whole", '\x05' + serialize(response)},
        {"chunked", "\x03HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n8\r\n{\"a\":1}\n\r\n0\r\n\r\n"},
        {"announces-much", "\x05HTTP/1.1 200 OK\r\nContent-Length: 2043696097166214939\r\n\r\nab"},
        {"to-the-end", "\x40HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbody"}};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t piece = data[0] % 64 + std::size_t{1};
    const auto whole = parse(bytes, bytes.size() + 1, BodyKind::whole);
    if (parse(bytes, piece, BodyKind::whole) != whole) std::abort();
    const auto streamed = parse(bytes, piece, BodyKind::streamed);
    if (!whole) return 0;
    if (streamed != whole) std::abort();
    const std::string again = serialize(*whole);
    const auto second = parse(again, again.size(), BodyKind::whole);
    if (second && *second != *whole) std::abort();
    if (second && !whole->body.empty()) written_again.reach();
    if (bytes.contains("\r\n0\r\n")) chunked.reach();
    return 0;
}
