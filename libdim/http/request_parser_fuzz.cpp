#include "libdim/http/request_parser.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstdlib>

// Arbitrary bytes: no crash, one verdict however they are cut, and what was read can be written and
// read again. The first byte says how long the pieces are.

using namespace dim::http;

namespace {

dim::testing::Goal written_again("a request with a body, read, written and read again");

struct Verdict {
    bool is_done = false;
    std::size_t used = 0;
    ProtocolError error{0, ""};
    Request request;
    bool operator==(const Verdict&) const = default;
};

Verdict parse(std::string_view bytes, std::size_t piece) {
    RequestParser parser;
    Verdict verdict;
    while (verdict.used < bytes.size() && !parser.is_done()) {
        const std::string_view part = bytes.substr(verdict.used, piece);
        const auto used = parser.feed(part);
        if (!used) {
            verdict.error = used.error();
            verdict.used = 0;
            return verdict;
        }
        if (*used > part.size() || (!parser.is_done() && *used != part.size())) std::abort();
        verdict.used += *used;
    }
    verdict.is_done = parser.is_done();
    if (verdict.is_done) verdict.request = parser.take();
    return verdict;
}

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    Request request;
    request.method = Method::put;
    request.target = "/v1/assignments?now=1";
    request.body = R"({"image":"granite","blades":["s01c1b01"]})";
    return {
        {"put", '\x07' + serialize(request)},
        {"get", "\x01GET /v1/status?watch=1 HTTP/1.1\r\nHost: dim\r\nConnection: close\r\n\r\n"},
        {"two", "\x20GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"}};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Verdict whole = parse(bytes, bytes.size() + 1);
    if (parse(bytes, data[0] % 64 + std::size_t{1}) != whole) std::abort();
    if (!whole.is_done) return 0;
    const std::string again = serialize(whole.request);
    const Verdict second = parse(again, again.size());
    // Written again it may have become longer than what is allowed, by our Host and Content-Length.
    if (second.error.status == 431) return 0;
    if (!second.is_done || second.request != whole.request || second.used != again.size())
        std::abort();
    if (!whole.request.body.empty()) written_again.reach();
    return 0;
}
