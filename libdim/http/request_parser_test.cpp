#include "libdim/http/request_parser.hpp"

#include <gtest/gtest.h>

namespace dim::http {
namespace {

Request parsed(const std::string& method, const std::string& fields) {
    RequestParser parser;
    const std::string bytes = method + " / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
    EXPECT_EQ(parser.feed(bytes), bytes.size());
    EXPECT_TRUE(parser.is_done());
    return parser.take();
}

TEST(RequestParser, ARangeIsOfAGetAndOfWhatHasNotChanged) {
    EXPECT_EQ(parsed("GET", "Range: bytes=0-9\r\n").range, "bytes=0-9");
    EXPECT_EQ(parsed("HEAD", "Range: bytes=0-9\r\n").range, "");
    EXPECT_EQ(parsed("GET", "Range: bytes=0-9\r\nIf-Range: \"x\"\r\n").range, "");
    EXPECT_EQ(parsed("GET", "").range, "");
}

constexpr const char* kHost = "Host: dim\r\n";

/// The status that REQUEST is refused with; 0 when it is complete, -1 when more is wanted.
int refusal(std::string_view request, const Limits& limits = {}) {
    RequestParser parser(limits);
    const auto used = parser.feed(request);
    if (!used) return used.error().status;
    return parser.is_done() ? 0 : -1;
}

std::string get_text(const std::string& target, const std::string& fields = kHost) {
    return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}

TEST(RequestParser, RefusesWhatIsNoHttpAtItsFirstWrongByte) {
    EXPECT_EQ(refusal("\x16\x03\x01"), 400);  // TLS
    EXPECT_EQ(refusal("GET / HTTP/1.1\n"), 400);
    EXPECT_EQ(refusal("GET / HTTP/1.1\rX"), 400);
    EXPECT_EQ(refusal("\r\n"), 400);
    EXPECT_EQ(refusal(std::string_view("GET /\0", 6)), 400);
    EXPECT_EQ(refusal("rubbish\r\n\r\n"), 400);
    EXPECT_EQ(refusal("GET  / HTTP/1.1\r\nHost: dim\r\n\r\n"), 400);
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost : dim\r\n\r\n"), 400);
    EXPECT_EQ(refusal("GET / HTTP/2.0\r\nHost: dim\r\n\r\n"), 505);
}

TEST(RequestParser, RefusesTooLongHeads) {
    const std::string fields = kHost + ("X: " + std::string(8 * 1024, 'x')) + "\r\n";
    EXPECT_EQ(refusal(get_text("/", fields)), 431);
    EXPECT_EQ(refusal(std::string(8 * 1024, 'G')), -1);
    EXPECT_EQ(refusal(std::string(8 * 1024 + 1, 'G')), 431);
    EXPECT_EQ(refusal(get_text("/" + std::string(1023, 'a'))), 0);
    EXPECT_EQ(refusal(get_text("/" + std::string(1024, 'a'))), 414);
}

TEST(RequestParser, RefusesTooLongBodyBeforeItComes) {
    const auto post = [](const std::string& length) {
        return "POST / HTTP/1.1\r\nHost: dim\r\nContent-Length: " + length + "\r\n\r\n";
    };
    EXPECT_EQ(refusal(post("65536")), -1);
    EXPECT_EQ(refusal(post("65537")), 413);
    EXPECT_EQ(refusal(post("18446744073709551615")), 413);
    EXPECT_EQ(refusal(post("18446744073709551616")), 400);
    EXPECT_EQ(refusal(post("-1")), 400);
    EXPECT_EQ(refusal(post("0x10")), 400);
    EXPECT_EQ(refusal(post("1\r\nContent-Length: 2")), 400);
}

TEST(RequestParser, RefusesWhatTheApiDoesNotUse) {
    EXPECT_EQ(refusal(get_text("/", "Host: dim\r\nTransfer-Encoding: chunked\r\n")), 411);
    EXPECT_EQ(refusal(get_text("/", "Host: dim\r\nExpect: 100-continue\r\n")), 417);
    EXPECT_EQ(refusal(get_text("/", "Host: dim\r\nUpgrade: websocket\r\nConnection: upgrade\r\n")),
              501);
    EXPECT_EQ(refusal("BREW / HTTP/1.1\r\nHost: dim\r\n\r\n"), 501);
    EXPECT_EQ(refusal("OPTIONS / HTTP/1.1\r\nHost: dim\r\n\r\n"), 501);
    EXPECT_EQ(refusal(get_text("http://elsewhere/")), 400);
    EXPECT_EQ(refusal(get_text("*")), 400);
    EXPECT_EQ(refusal(get_text("/\xc3\xa4")), 400);
    EXPECT_EQ(refusal(get_text("/", "")), 400);
    EXPECT_EQ(refusal(get_text("/", "Host: a\r\nHost: b\r\n")), 400);
}

TEST(RequestParser, TakesOneRequestAndLeavesTheNext) {
    const Request first{.method = Method::post,
                        .target = "/v1/agent/boots?x=1",
                        .content_type = "application/json",
                        .accept = "application/json",
                        .body = "{\"mac\":1}"};
    const Request second{
        .method = Method::delete_, .target = "/v1", .content_type = "", .accept = "", .body = ""};
    const std::string bytes = serialize(first) + serialize(second, Connection::close);

    RequestParser parser;
    EXPECT_FALSE(parser.has_started());
    const auto used = parser.feed(bytes);
    ASSERT_TRUE(used);
    ASSERT_TRUE(parser.is_done());
    EXPECT_EQ(parser.connection(), Connection::keep_alive);
    EXPECT_EQ(parser.take(), first);

    RequestParser next;
    EXPECT_EQ(next.feed(std::string_view(bytes).substr(*used)), bytes.size() - *used);
    ASSERT_TRUE(next.is_done());
    EXPECT_EQ(next.connection(), Connection::close);
    EXPECT_EQ(next.take(), second);
}

TEST(RequestParser, DoesNotCareHowTheBytesWereCut) {
    const Request request{.method = Method::put,
                          .target = "/v1/x",
                          .content_type = "text/plain",
                          .accept = "",
                          .body = "a body\r\n\r\nwith lines"};
    RequestParser parser;
    for (const char byte : serialize(request)) {
        ASSERT_FALSE(parser.is_done());
        ASSERT_EQ(parser.feed({&byte, 1}), 1U);
    }
    ASSERT_TRUE(parser.is_done());
    EXPECT_EQ(parser.take(), request);
}

TEST(RequestParser, Http10ClosesUnlessAsked) {
    RequestParser parser;
    ASSERT_TRUE(parser.feed("GET / HTTP/1.0\r\n\r\n"));
    ASSERT_TRUE(parser.is_done());
    EXPECT_EQ(parser.connection(), Connection::close);
}

}  // namespace
}  // namespace dim::http
