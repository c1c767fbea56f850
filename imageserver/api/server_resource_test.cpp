#include "imageserver/api/api_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ServerResourceTest : public ApiFixture {};

TEST_F(ServerResourceTest, AServerThatListensNowhereInvitesNobodyAndJoinsNobody) {
    const auto token =
        call(http::Method::post, "/v1/server-tokens", R"({"server":"is01"})", root());
    EXPECT_EQ(token.status, 409);
    EXPECT_THAT(token.body, HasSubstr("imageserver --servers ADDRESS"));
    const auto joined =
        run_job(http::Method::post, "/v1/membership", R"({"token":"x","management":"10.9.0.1"})");
    ASSERT_TRUE(joined.problem);
    EXPECT_THAT(joined.problem->detail, HasSubstr("does not listen for others"));
}

TEST_F(ServerResourceTest, TellsWhichServersThereAre) {
    const auto list = read<api::ServerList>(get("/v1/servers"));
    EXPECT_THAT(list.servers, ElementsAre(::testing::Field(&api::ServerSummary::state, "here")));
}

TEST_F(ServerResourceTest, WhoIsNoMemberCannotBeTakenOut) {
    const auto removed = run_job(http::Method::delete_, "/v1/servers/is02", "");
    ASSERT_TRUE(removed.problem);
    EXPECT_EQ(removed.problem->status, 404U);
    EXPECT_EQ(run_job(http::Method::delete_, "/v1/membership", "").problem->status, 409U);
}

TEST_F(ServerResourceTest, WhoIsNoMemberIsNotAsked) {
    EXPECT_EQ(get("/v1/servers/is02/status").status, 404);
    EXPECT_EQ(get("/v1/servers/is02/blade-images").status, 404);
    EXPECT_EQ(get("/v1/servers/-/status").status, 400);
}

TEST_F(ServerResourceTest, BadRequestsAreRefused) {
    for (const char* body : {"", "{}", R"({"server":"../x"})"})
        EXPECT_EQ(call(http::Method::post, "/v1/server-tokens", body, root()).status, 400) << body;
    EXPECT_EQ(call(http::Method::post, "/v1/membership", R"({"token":"x"})", root()).status, 400);
}

TEST_F(ServerResourceTest, WhoWantsToJoinHasOnlyThatRoute) {
    add_join_route(router, admin);
    const http::Peer stranger = at_address(model::Ipv4Address(0x0a090002));
    EXPECT_EQ(call(http::Method::get, "/v1/servers", "", stranger).status, 403);
    const auto refused =
        call(http::Method::post, "/v1/server-joins",
             R"({"server":"is01","secret":"x","public_key":"x","listening":"0.0.0.0"})", stranger);
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_EQ(call(http::Method::post, "/v1/server-joins", "{}", root()).status, 403)
        << "it is for servers";
}

}  // namespace
}  // namespace dim::server
