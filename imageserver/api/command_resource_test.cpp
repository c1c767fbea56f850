#include "imageserver/api/api_fixture.hpp"
#include "libdim/base/text.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;

class CommandResourceTest : public ApiFixture {
protected:
    http::Response post_command(const std::string& body, const http::Peer& peer = root()) {
        return call(http::Method::post, "/v1/commands", body, peer);
    }
    static std::vector<api::CommandLine> lines_of(const http::Response& response) {
        std::vector<api::CommandLine> lines;
        for (const std::string_view text : split(trim(response.body), '\n')) {
            auto line = api::parse<api::CommandLine>(text);
            EXPECT_TRUE(line) << text;
            if (line) lines.push_back(*std::move(line));
        }
        return lines;
    }
};

constexpr const char* kTwoBlades =
    R"({"blades":["s01c1b01","s01c1b02"],"command":["true"],"time_limit_seconds":5,"parallel":1})";

TEST_F(CommandResourceTest, AnswersWithAResultForEachBladeAndThenDone) {
    const auto response = post_command(kTwoBlades);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "application/x-ndjson");
    const auto lines = lines_of(response);
    ASSERT_EQ(lines.size(), 3U) << response.body;
    for (std::size_t i = 0; i < 2; ++i) {
        ASSERT_TRUE(lines[i].result && lines[i].result->problem);
        EXPECT_THAT(lines[i].result->problem->detail, HasSubstr("no image is assigned"));
    }
    EXPECT_EQ(lines[2].done, "ran in the roots of 2 blades, failed in 2");
}

TEST_F(CommandResourceTest, TellsTheStoryOfTheBlade) {
    post_command(kTwoBlades);
    EXPECT_THAT(get("/v1/blades/s01c1b01").body, HasSubstr("command: true"));
}

TEST_F(CommandResourceTest, RefusesWhatCannotBegin) {
    EXPECT_EQ(post_command("{}").status, 400);
    EXPECT_EQ(post_command(
                  R"({"blades":["s09c1b01"],"command":["x"],"time_limit_seconds":5,"parallel":1})")
                  .status,
              404);
    EXPECT_EQ(post_command(
                  R"({"blades":["s01c1b01"],"command":["x"],"time_limit_seconds":5,"parallel":99})")
                  .status,
              400);
    EXPECT_EQ(post_command(kTwoBlades, user(1234)).status, 403);
}

}  // namespace
}  // namespace dim::server
