#include "imageserver/api/api_fixture.hpp"
#include "libdim/api/message_samples.hpp"

namespace dim::server {
namespace {

using AdoptionResourceTest = ApiFixture;

TEST_F(AdoptionResourceTest, AdoptsWhatIsThereAsFiles) {
    images.unknown = {api::samples::unknown_file()};
    EXPECT_EQ(read<api::UnknownFileList>(get("/v1/unknown-files")).files, images.unknown);
    EXPECT_TRUE(
        run_job(http::Method::post, "/v1/adopted-images", to_json(api::samples::adopt_image()))
            .done);
    EXPECT_EQ(run_job(http::Method::post, "/v1/adopted-blade-images", one_blade).done,
              "blade images of granite: 1 adopted");
    EXPECT_TRUE(images.blade_image(samples::blade(), samples::image()));
}

TEST_F(AdoptionResourceTest, AdoptsNoImageTwice) {
    add_image();
    api::AdoptImage again = api::samples::adopt_image();
    again.name = samples::image();
    const auto line = run_job(http::Method::post, "/v1/adopted-images", to_json(again));
    ASSERT_TRUE(line.problem);
    EXPECT_EQ(line.problem->status, 409u);
}

}  // namespace
}  // namespace dim::server
