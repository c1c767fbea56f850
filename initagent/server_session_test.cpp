#include "initagent/server_session.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A server that said everything beforehand; it hands it out in pieces.
struct Script {
    std::string answers;
    std::size_t piece = 7;
    std::string received{};
};

class ScriptedStream final : public http::ByteStream {
public:
    explicit ScriptedStream(Script& script) : script_(script) {}
    Result<std::size_t> read(std::span<char> buffer, const sys::Deadline&) override {
        const std::size_t count = std::min({buffer.size(), script_.piece, script_.answers.size()});
        std::copy_n(script_.answers.begin(), count, buffer.begin());
        script_.answers.erase(0, count);
        return count;
    }
    Result<void> write(std::string_view bytes, const sys::Deadline&) override {
        script_.received += bytes;
        return {};
    }

private:
    Script& script_;
};

ServerSession session_with(Script& script) {
    return ServerSession(std::make_unique<ScriptedStream>(script));
}

std::string answer(int status, const std::string& body) {
    http::Response response;
    response.status = status;
    response.body = body;
    response.retry_after = 7s;
    return http::serialize(response);
}

const auto kSoon = sys::Deadline::never();

TEST(ServerSession, SaysThatTheServerHungUp) {
    Script script{.answers = answer(200, "{}").substr(0, 20)};
    ServerSession session = session_with(script);
    const auto reply = session.exchange("/a", "{}", kSoon);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code(), ErrorCode::unavailable);
    EXPECT_FALSE(session.is_open());
    EXPECT_EQ(session.exchange("/a", "{}", kSoon).error().code(), ErrorCode::unavailable);
}

TEST(ServerSession, RefusesWhatIsNoHttp) {
    Script script{.answers = "SSH-2.0-OpenSSH\r\n\r\n"};
    EXPECT_EQ(session_with(script).exchange("/a", "{}", kSoon).error().code(),
              ErrorCode::invalid_input);
}

TEST(ServerSession, RefusesAnAnswerThatIsTooLong) {
    Script script{.answers = answer(200, std::string(1 << 20, 'a')), .piece = 4096};
    EXPECT_FALSE(session_with(script).exchange("/a", "{}", kSoon));
}

TEST(ServerSession, TellsWhatTheServerExplained) {
    Script script{.answers = answer(409, R"({"type":"urn:dim:error:conflict","title":"t",)"
                                         R"("status":409,"detail":"no image is assigned",)"
                                         R"("cure":"dim image assign"})") +
                             answer(204, "")};
    ServerSession session = session_with(script);
    const auto reply = session.exchange("/a", "{}", kSoon);
    ASSERT_FALSE(reply);
    EXPECT_THAT(reply.error().message(), HasSubstr("no image is assigned"));
    EXPECT_EQ(reply.error().cure(), "dim image assign");
    EXPECT_EQ(session.retry_after(), 7s);
    EXPECT_TRUE(session.exchange("/a", "{}", kSoon));
}

TEST(ServerSession, TellsTheStatusOfAServerThatDoesNotExplain) {
    Script script{.answers = answer(503, "<html>")};
    EXPECT_THAT(session_with(script).exchange("/a", "{}", kSoon).error().message(),
                HasSubstr("503 Service Unavailable"));
}

TEST(ServerSession, BoundsWhatIsUnanswered) {
    Script script;
    ServerSession session = session_with(script);
    for (int post = 0; post < 32; ++post)
        ASSERT_TRUE(session.send("/a", "{}", kSoon));
    EXPECT_EQ(session.send("/a", "{}", kSoon).error().code(), ErrorCode::limit_exceeded);
}

TEST(ServerSession, ReadsTheAnswersOfEarlierPostsFirst) {
    Script script{.answers = answer(204, "") + answer(500, "{}") + answer(200, "mine")};
    ServerSession session = session_with(script);
    ASSERT_TRUE(session.send("/one", "1", kSoon));
    ASSERT_TRUE(session.send("/two", "2", kSoon));
    EXPECT_THAT(script.received, StartsWith("POST /one HTTP/1.1\r\n"));
    EXPECT_EQ(*session.exchange("/three", "3", kSoon), "mine");
    EXPECT_TRUE(session.is_open());
}

TEST(ServerSession, ClosesWhenTheServerAsksForIt) {
    http::Response response;
    response.body = "last";
    Script script{.answers = http::serialize(response, http::Connection::close)};
    ServerSession session = session_with(script);
    EXPECT_EQ(*session.exchange("/a", "{}", kSoon), "last");
    EXPECT_FALSE(session.is_open());
}

}  // namespace
}  // namespace dim::agent
