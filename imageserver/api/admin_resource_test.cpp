#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/api_fixture.hpp"
#include "libdim/api/message_samples.hpp"

namespace dim::server {
namespace {

using AdminResourceTest = ApiFixture;

TEST_F(AdminResourceTest, RefusesBadMessagesBeforeAnythingIsDone) {
    for (const auto& [method, target] : {std::pair(http::Method::post, "/v1/images"),
                                         {http::Method::post, "/v1/blade-images"},
                                         {http::Method::put, "/v1/exports"},
                                         {http::Method::delete_, "/v1/exports"},
                                         {http::Method::put, "/v1/assignments"},
                                         {http::Method::delete_, "/v1/assignments"},
                                         {http::Method::post, "/v1/adopted-images"},
                                         {http::Method::post, "/v1/adopted-blade-images"},
                                         {http::Method::post, "/v1/authority/rotation"},
                                         {http::Method::post, "/v1/boot-files"}}) {
        for (const char* body : {"", "{}", "{\"image\":\"../x\",\"blades\":[\"a/b\"]}"})
            EXPECT_EQ(call(method, target, body, root()).status, 400) << target;
    }
}

TEST_F(AdminResourceTest, TakesAnImageFromImportToAssignment) {
    EXPECT_TRUE(
        run_job(http::Method::post, "/v1/images", to_json(api::samples::import_image())).done);
    EXPECT_TRUE(run_job(http::Method::post, "/v1/blade-images", one_blade).done);
    EXPECT_TRUE(run_job(http::Method::put, "/v1/exports", one_blade).done);
    EXPECT_TRUE(
        run_job(http::Method::post, "/v1/boot-files", R"({"image":"granite","options":[]})").done);
    const auto assigned = run_job(http::Method::put, "/v1/assignments", one_blade);
    EXPECT_TRUE(assigned.done) << assigned.problem->detail;
    EXPECT_EQ(read<api::DhcpHostList>(get("/v1/dhcp")).hosts.at(0).boot_file, "granite/1-1/zImage");
    EXPECT_TRUE(
        run_job(http::Method::delete_, "/v1/assignments", R"({"blades":["s01c1b01"]})").done);
    EXPECT_TRUE(run_job(http::Method::delete_, "/v1/exports", one_blade).done);
    EXPECT_TRUE(run_job(http::Method::delete_, "/v1/blade-images/s01c1b01/granite", "").done);
    EXPECT_TRUE(run_job(http::Method::post, "/v1/cluster/reload", "").done);
}

}  // namespace
}  // namespace dim::server
