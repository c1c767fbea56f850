#include "imageserver/api/api_fixture.hpp"

namespace dim::server {
namespace {

using AuthorityResourceTest = ApiFixture;

TEST_F(AuthorityResourceTest, RotatesInTwoSteps) {
    const auto before = read<api::AuthorityStatus>(get("/v1/authority"));
    EXPECT_FALSE(before.next);
    EXPECT_TRUE(
        run_job(http::Method::post, "/v1/authority/rotation", R"({"finish":false,"force":false})")
            .done);
    const auto between = read<api::AuthorityStatus>(get("/v1/authority"));
    EXPECT_EQ(between.authority, before.authority);
    ASSERT_TRUE(between.next);
    EXPECT_TRUE(
        run_job(http::Method::post, "/v1/authority/rotation", R"({"finish":true,"force":false})")
            .done);
    const auto after = read<api::AuthorityStatus>(get("/v1/authority"));
    EXPECT_EQ(after.authority, *between.next);
    EXPECT_FALSE(after.next);
}

TEST_F(AuthorityResourceTest, FinishesNothingThatWasNotBegun) {
    const auto line =
        run_job(http::Method::post, "/v1/authority/rotation", R"({"finish":true,"force":true})");
    ASSERT_TRUE(line.problem);
    EXPECT_EQ(line.problem->status, 409u);
    EXPECT_EQ(call(http::Method::post, "/v1/authority/rotation", "{}", user(1234)).status, 403);
}

}  // namespace
}  // namespace dim::server
