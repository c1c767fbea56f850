#include "imageserver/api/api_fixture.hpp"

namespace dim::server {
namespace {

using BootFileResourceTest = ApiFixture;

TEST_F(BootFileResourceTest, IsFoundWhenItIsBuilt) {
    add_image();
    EXPECT_EQ(get("/v1/boot-files/..").status, 400);
    const auto missing = get("/v1/boot-files/granite");
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(read<api::Problem>(missing).cure, "dim buildzimage granite");
    EXPECT_TRUE(
        run_job(http::Method::post, "/v1/boot-files", R"({"image":"granite","options":["quiet"]})")
            .done);
    EXPECT_EQ(read<api::BootFile>(get("/v1/boot-files/granite")).path, "granite/1-1/zImage");
}

}  // namespace
}  // namespace dim::server
