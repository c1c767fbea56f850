#include "imageserver/api/api_fixture.hpp"

namespace dim::server {
namespace {

using AssignmentResourceTest = ApiFixture;

TEST_F(AssignmentResourceTest, RefusesAnImageThatIsNotThere) {
    const auto line = run_job(http::Method::put, "/v1/assignments", one_blade);
    ASSERT_TRUE(line.problem);
    EXPECT_FALSE(line.done);
    EXPECT_EQ(line.problem->status, 404u);
    EXPECT_FALSE(read<api::DhcpHostList>(get("/v1/dhcp")).hosts.at(0).boot_file);
}

TEST_F(AssignmentResourceTest, TellsTheDhcpServerWhatABladeBoots) {
    make_ready();
    EXPECT_TRUE(run_job(http::Method::put, "/v1/assignments", one_blade).done);
    EXPECT_EQ(read<api::DhcpHostList>(get("/v1/dhcp")).hosts.at(0).image, samples::image());
    EXPECT_TRUE(
        run_job(http::Method::delete_, "/v1/assignments", R"({"blades":["s01c1b01"]})").done);
    EXPECT_FALSE(read<api::DhcpHostList>(get("/v1/dhcp")).hosts.at(0).image);
}

}  // namespace
}  // namespace dim::server
