#include "imageserver/api/api_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;

class PinResourceTest : public ApiFixture {
protected:
    static std::string pin(std::string_view generation) {
        return R"({"image":"granite","generation":)" + std::string(generation) +
               R"(,"blades":["s01c1b01"]})";
    }
    static constexpr const char* kPins = "/v1/image-pins";
    static constexpr const char* kOfBlade = R"({"image":"granite","blades":["s01c1b01"]})";
};

TEST_F(PinResourceTest, ABladeImageThatIsMadeIsOfThePinnedGeneration) {
    add_image();
    EXPECT_THAT(run_job(http::Method::put, kPins, pin("7")).done.value_or(""),
                HasSubstr("s01c1b01 pinned to generation 7 of image granite"));
    EXPECT_TRUE(run_job(http::Method::post, "/v1/blade-images", kOfBlade).done);
    const auto made = read<api::BladeImageList>(get("/v1/blade-images")).blade_images.at(0);
    EXPECT_EQ(made.generation.number(), 7U);
    EXPECT_TRUE(made.is_pinned);
    EXPECT_EQ(run_job(http::Method::put, kPins, pin("1")).problem->status, 409U);
}

TEST_F(PinResourceTest, UnpinTellsHowManyWere) {
    add_image();
    EXPECT_THAT(run_job(http::Method::delete_, kPins, kOfBlade).done.value_or(""),
                HasSubstr("no generation of image granite was pinned"));
    EXPECT_TRUE(run_job(http::Method::put, kPins, pin("1")).done);
    EXPECT_THAT(run_job(http::Method::delete_, kPins, kOfBlade).done.value_or(""),
                HasSubstr("1 blade no longer pinned"));
}

TEST_F(PinResourceTest, RefusesWhatIsUnknown) {
    EXPECT_EQ(run_job(http::Method::put, kPins, pin("1")).problem->status, 404U);
    EXPECT_EQ(run_job(http::Method::delete_, kPins, kOfBlade).problem->status, 404U);
    add_image();
    EXPECT_EQ(call(http::Method::put, kPins, pin("0"), root()).status, 400);
    EXPECT_EQ(run_job(http::Method::put, kPins,
                      R"({"image":"granite","generation":1,"blades":["s01c9b01"]})")
                  .problem->status,
              404U);
}

}  // namespace
}  // namespace dim::server
