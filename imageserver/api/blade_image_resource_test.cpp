#include "imageserver/api/api_fixture.hpp"

namespace dim::server {
namespace {

using BladeImageResourceTest = ApiFixture;

TEST_F(BladeImageResourceTest, SaysWhatItDoesWhileItDoesIt) {
    add_image();
    const auto lines = lines_of_job(http::Method::post, "/v1/blade-images",
                                    R"({"image":"granite","blades":["s01c1b01","s01c1b02"]})");
    ASSERT_GE(lines.size(), 3u);
    EXPECT_EQ(lines.front().progress, "blade image of s01c1b01");
    EXPECT_EQ(lines.front().steps, 2u);
    EXPECT_EQ(read<api::BladeImageList>(get("/v1/blade-images")).blade_images.size(), 2u);
}

TEST_F(BladeImageResourceTest, DeletesWhatItsPathNames) {
    add_image();
    add_blade_image(samples::blade());
    for (const char* path : {"UP/granite", "s01c1b01/.."}) {
        const std::string target = std::string("/v1/blade-images/") + path;
        EXPECT_EQ(call(http::Method::delete_, target, "", root()).status, 400) << target;
    }
    EXPECT_TRUE(images.blade_image(samples::blade(), samples::image()));
    EXPECT_TRUE(run_job(http::Method::delete_, "/v1/blade-images/s01c1b01/granite", "").done);
    EXPECT_FALSE(images.blade_image(samples::blade(), samples::image()));
    EXPECT_EQ(
        run_job(http::Method::delete_, "/v1/blade-images/s01c1b01/granite", "").problem->status,
        404u);
}

TEST_F(BladeImageResourceTest, TheTrashGivesBackOrLosesForEver) {
    add_image();
    const std::string path = "/s01c1b01/granite";
    EXPECT_EQ(run_job(http::Method::post, "/v1/trash" + path, "").problem->status, 404u);
    EXPECT_EQ(run_job(http::Method::delete_, "/v1/trash" + path, "").problem->status, 404u);
    EXPECT_EQ(call(http::Method::post, "/v1/trash/UP/granite", "", root()).status, 400);
    add_blade_image(samples::blade());
    EXPECT_TRUE(run_job(http::Method::delete_, "/v1/blade-images" + path, "").done);
    EXPECT_EQ(read<api::TrashList>(get("/v1/trash")).images.size(), 1u);
    EXPECT_TRUE(run_job(http::Method::post, "/v1/trash" + path, "").done);
    EXPECT_TRUE(images.blade_image(samples::blade(), samples::image()));
    EXPECT_TRUE(run_job(http::Method::delete_, "/v1/blade-images" + path, "").done);
    EXPECT_TRUE(run_job(http::Method::delete_, "/v1/trash" + path, "").done);
    EXPECT_EQ(read<api::TrashList>(get("/v1/trash")).images.size(), 0u);
}

}  // namespace
}  // namespace dim::server
