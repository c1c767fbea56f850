#include "imageserver/api/api_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;
using OverrideResourceTest = ApiFixture;

TEST_F(OverrideResourceTest, ABladeThatIsNotOursIsRefused) {
    const auto response =
        call(http::Method::post, "/v1/overrides/look", R"({"blades":["s09c1b01"]})", root());
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(
        call(http::Method::post, "/v1/overrides/look", R"({"blades":["s01c1b01"]})", user(4711))
            .status,
        403);
    const auto line = run_job(http::Method::put, "/v1/overrides",
                              R"({"image":"granite","blades":["s09c1b01"],"forced":false})");
    ASSERT_TRUE(line.problem);
    EXPECT_EQ(line.problem->status, 404U);
}

TEST_F(OverrideResourceTest, WhatCannotBeLookedAtSaysWhy) {
    add_image();
    add_blade_image(samples::blade());
    const auto list = read<api::OverrideList>(
        call(http::Method::post, "/v1/overrides/look", R"({"blades":["s01c1b01"]})", root()));
    ASSERT_EQ(list.images.size(), 1U);
    EXPECT_EQ(list.images[0].blade, samples::blade());
    ASSERT_TRUE(list.images[0].problem);
    const auto line = run_job(http::Method::put, "/v1/overrides",
                              R"({"image":"granite","blades":["s01c1b01"],"forced":false})");
    ASSERT_TRUE(line.problem);
    EXPECT_THAT(line.problem->detail, HasSubstr("s01c1b01"));
}

}  // namespace
}  // namespace dim::server
