#include "imageserver/api/api_fixture.hpp"
#include "imageserver/api/router.hpp"

namespace dim::server {
namespace {

class RouterTest : public ApiFixture {};

TEST_F(RouterTest, RefusesWhatIsNotThere) {
    for (const char* target :
         {"/", "/v1", "/v2/status", "/v1/status/", "//v1/status", "/v1/blades/", "/v1/blades/a/b",
          "/v1/blade-images/a", "*", "status", "/v1/../v1/status", "/v1/status%20"}) {
        const auto response = get(target);
        EXPECT_EQ(response.status, 404) << target;
        EXPECT_EQ(response.content_type, "application/problem+json");
    }
}

TEST_F(RouterTest, NamesTheMethodsThereAre) {
    const auto response = call(http::Method::delete_, "/v1/images", "", root());
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(response.allow, "GET, POST");
    EXPECT_EQ(read<api::Problem>(response).status, 405u);
}

TEST_F(RouterTest, OnlyRootAndTheDaemonsOwnUserMayAsk) {
    EXPECT_EQ(call(http::Method::get, "/v1/status", "", root()).status, 200);
    EXPECT_EQ(call(http::Method::get, "/v1/status", "", user(1000)).status, 200);
    EXPECT_EQ(call(http::Method::get, "/v1/status", "", user(1001)).status, 403);
    EXPECT_EQ(call(http::Method::post, "/v1/images", "{}", user(65534)).status, 403);
}

TEST_F(RouterTest, BladesMayNotUseWhatIsForAdministratorsAndItIsSeen) {
    EXPECT_EQ(call(http::Method::get, "/v1/status", "", agent()).status, 403);
    EXPECT_EQ(call(http::Method::post, "/v1/assignments", "{}", agent()).status, 403);
    EXPECT_EQ(alert_kinds(), std::vector<std::string>{"malformed"});
    EXPECT_EQ(call(http::Method::post, "/v1/agent/boots", "{}", root()).status, 403);
}

TEST_F(RouterTest, NobodyIsToldNamesWithControlCharacters) {
    const auto response = get("/v1/\x1b[2J");
    EXPECT_EQ(response.status, 404);
    EXPECT_FALSE(response.body.contains('\x1b'));
    EXPECT_FALSE(response.body.contains("u001b"));
}

TEST_F(RouterTest, TheQueryIsNoPartOfThePath) {
    EXPECT_EQ(get("/v1/status?watch=2").status, 400);
    EXPECT_EQ(get("/v1/images?x=y").status, 200);
}

}  // namespace
}  // namespace dim::server
