#include "imageserver/api/api_fixture.hpp"

#include <future>

namespace dim::server {
namespace {

class ExportResourceTest : public ApiFixture {
protected:
    bool is_offered(const std::string& path) {
        const auto exports = read<api::NfsExportList>(get("/v1/exports")).exports;
        return std::ranges::find(exports, path, &api::NfsExport::path) != exports.end();
    }
};

TEST_F(ExportResourceTest, OffersAnImageUntilItIsTakenBack) {
    add_image();
    add_blade_image(samples::blade());
    EXPECT_TRUE(run_job(http::Method::put, "/v1/exports", one_blade).done);
    EXPECT_TRUE(is_offered("/blades/s01c1b01/granite"));
    EXPECT_TRUE(run_job(http::Method::delete_, "/v1/exports", one_blade).done);
    EXPECT_FALSE(is_exported(samples::blade()));
    EXPECT_FALSE(is_offered("/blades/s01c1b01/granite"));
}

TEST_F(ExportResourceTest, AnNfsServerThatHangsHoldsUpWhoNeedsItAlone) {
    make_ready();
    std::promise<void> go_on;
    control.on_load = [gate = go_on.get_future().share()] { gate.wait(); };
    begin_job(http::Method::delete_, "/v1/exports", one_blade, "telling the NFS server");
    EXPECT_EQ(get("/v1/exports").status, 200);
    EXPECT_EQ(get("/v1/blade-images").status, 200);
    EXPECT_EQ(get("/v1/blades/s01c1b01").status, 200);
    go_on.set_value();
}

}  // namespace
}  // namespace dim::server
