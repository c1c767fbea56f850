#include "imageserver/api/api_fixture.hpp"
#include "imageserver/api/command_stream.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using CommandStreamTest = ApiFixture;

TEST_F(CommandStreamTest, BeginsNoMoreThanItsReaderTakes) {
    const auto second = model::ComponentName::parse("s01c1b02").value();
    boost::asio::thread_pool lane{2};
    const auto reply = stream_commands(loop.get_executor(), lane.get_executor(), commands,
                                       {.blades = {samples::blade(), second},
                                        .command = {"true"},
                                        .image = std::nullopt,
                                        .time_limit_seconds = 5,
                                        .parallel = 1});
    ASSERT_TRUE(reply);
    lane.join();
    EXPECT_THAT(get("/v1/blades/s01c1b01").body, HasSubstr("command: true"));
    EXPECT_THAT(get("/v1/blades/s01c1b02").body, Not(HasSubstr("command: true")));
}

}  // namespace
}  // namespace dim::server
