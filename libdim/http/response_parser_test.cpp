#include "libdim/http/response_parser.hpp"

#include <gtest/gtest.h>

namespace dim::http {
namespace {

TEST(ResponseParser, RefusesWhatNoServerOfOursSays) {
    const auto is_refused = [](std::string_view bytes) {
        return !ResponseParser().feed(bytes).has_value();
    };
    EXPECT_TRUE(is_refused("SSH-2.0-OpenSSH\r\n\r\n"));
    EXPECT_TRUE(is_refused("HTTP/1.1 100 Continue\r\n\r\n"));
    EXPECT_TRUE(is_refused("HTTP/1.1 99 X\r\n\r\n"));
    EXPECT_TRUE(is_refused("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"));
    EXPECT_TRUE(is_refused("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"));
    EXPECT_TRUE(is_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"));
    const std::string endless =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(20000, 'x');
    EXPECT_TRUE(is_refused(endless));
}

TEST(ResponseParser, BodyWithoutLengthEndsWithTheConnection) {
    ResponseParser parser;
    ASSERT_TRUE(parser.feed("HTTP/1.1 200 OK\r\n\r\nsome"));
    EXPECT_FALSE(parser.is_done());
    ASSERT_TRUE(parser.feed_end());
    ASSERT_TRUE(parser.is_done());
    EXPECT_EQ(parser.connection(), Connection::close);
    EXPECT_EQ(parser.take().body, "some");
}

TEST(ResponseParser, TellsACutResponse) {
    ResponseParser in_head;
    ASSERT_TRUE(in_head.feed("HTTP/1.1 200 OK\r\n"));
    EXPECT_FALSE(in_head.feed_end());
    ResponseParser in_body;
    ASSERT_TRUE(in_body.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"));
    EXPECT_FALSE(in_body.feed_end());
    ResponseParser in_chunk;
    ASSERT_TRUE(in_chunk.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"));
    EXPECT_FALSE(in_chunk.feed_end());
}

TEST(ResponseParser, ReadsBackWhatWasWritten) {
    Response response{.status = 503,
                      .content_type = "application/problem+json",
                      .body = "{}",
                      .retry_after = std::chrono::seconds(7),
                      .allow = "GET, POST"};
    ResponseParser parser;
    ASSERT_TRUE(parser.feed(serialize(response)));
    ASSERT_TRUE(parser.is_done());
    EXPECT_EQ(parser.take(), response);
}

TEST(ResponseParser, HeadHasNoBodyWhateverItsLength) {
    ResponseParser parser({}, Method::head);
    const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    EXPECT_EQ(parser.feed(bytes), bytes.size());
    EXPECT_TRUE(parser.is_done());
}

TEST(ResponseParser, AStreamTakesNoMemoryForWhatItAnnounces) {
    ResponseParser parser({}, Method::get, BodyKind::streamed);
    ASSERT_TRUE(parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 2043696097166214939\r\n\r\nab"));
    EXPECT_EQ(parser.take_body(), "ab");
    EXPECT_FALSE(parser.is_done());
}

TEST(ResponseParser, HandsOutAStreamAsItComes) {
    Limits limits;
    limits.body = 4;  // does not count for a stream
    ResponseParser parser(limits, Method::get, BodyKind::streamed);
    const Response head{.content_type = "application/x-ndjson"};
    ASSERT_TRUE(parser.feed(serialize_stream_head(head)));
    EXPECT_TRUE(parser.is_head_done());
    ASSERT_TRUE(parser.feed(serialize_chunk("first line\n") + "1f"));
    EXPECT_EQ(parser.take_body(), "first line\n");
    EXPECT_FALSE(parser.is_done());
    ASSERT_TRUE(parser.feed("\r\n" + std::string(31, 'y') + "\r\n" + std::string(kLastChunk)));
    EXPECT_TRUE(parser.is_done());
    EXPECT_EQ(parser.take_body(), std::string(31, 'y'));
}

}  // namespace
}  // namespace dim::http
