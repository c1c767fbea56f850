#include "imageserver/api/api_fixture.hpp"

namespace dim::server {
namespace {

using RenameResourceTest = ApiFixture;

constexpr const char* kToSlate = R"({"name":"granite","new_name":"slate"})";

TEST_F(RenameResourceTest, AnImageIsFoundByItsNewName) {
    const auto rename = [&] { return run_job(http::Method::put, "/v1/image-names", kToSlate); };
    EXPECT_EQ(rename().problem->status, 404U);
    add_image();
    EXPECT_TRUE(rename().done);
    EXPECT_EQ(get("/v1/images/granite").status, 404);
    EXPECT_EQ(get("/v1/images/slate").status, 200);
}

TEST_F(RenameResourceTest, AnAssignedImageKeepsItsName) {
    make_ready();
    EXPECT_EQ(run_job(http::Method::put, "/v1/image-names", kToSlate).problem->status, 409U);
    EXPECT_EQ(call(http::Method::put, "/v1/image-names", R"({"name":"granite","new_name":"../x"})",
                   root())
                  .status,
              400);
    EXPECT_EQ(get("/v1/images/granite").status, 200);
}

}  // namespace
}  // namespace dim::server
