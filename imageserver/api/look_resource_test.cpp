#include "imageserver/api/api_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;
using LookResourceTest = ApiFixture;

TEST_F(LookResourceTest, OnlyAdministratorsLook) {
    for (const char* target :
         {"/v1/blade-differences", "/v1/path-explanations", "/v1/blade-files"}) {
        const std::string body = R"({"blade":"s01c1b01","path":"/etc/motd"})";
        EXPECT_EQ(call(http::Method::post, target, body, user(4711)).status, 403) << target;
        EXPECT_EQ(call(http::Method::post, target, body, agent()).status, 403) << target;
        EXPECT_EQ(call(http::Method::post, target, R"({"blade":"../x"})", root()).status, 400);
    }
}

TEST_F(LookResourceTest, ABladeWithoutAnImageIsAProblemWithACure) {
    const std::string body = R"({"blade":"s01c1b01","path":"/etc/motd"})";
    for (const char* target : {"/v1/path-explanations", "/v1/blade-files"}) {
        const auto response = call(http::Method::post, target, body, root());
        EXPECT_EQ(response.status, 404) << target;
        EXPECT_EQ(response.content_type, "application/problem+json");
        EXPECT_THAT(response.body, HasSubstr("dim blade create s01c1b01")) << target;
    }
    const auto line = run_job(http::Method::post, "/v1/blade-differences", body);
    ASSERT_TRUE(line.problem);
    EXPECT_EQ(line.problem->status, 404U);
}

TEST_F(LookResourceTest, ChecksWhatIsAskedForAndRemembersIt) {
    add_image();
    EXPECT_EQ(run_job(http::Method::post, "/v1/blade-image-checks",
                      R"({"image":"granite","blades":["s01c1b01"],"repair":false})")
                  .problem->status,
              404U);
    add_blade_image(samples::blade());
    const auto line = run_job(http::Method::post, "/v1/blade-image-checks",
                              R"({"image":"granite","blades":["s01c1b01"],"repair":false})");
    EXPECT_EQ(line.done, "blade images of granite: 1 clean");
    EXPECT_EQ(checker.last_repair, Repair::no);
    checker.results[samples::blade()] = "damaged";
    EXPECT_EQ(run_job(http::Method::post, "/v1/blade-image-checks",
                      R"({"image":"granite","blades":["s01c1b01"],"repair":true})")
                  .problem->status,
              409U);
    EXPECT_EQ(checker.last_repair, Repair::yes);
    const auto list = read<api::BladeImageCheckList>(get("/v1/blade-image-checks"));
    ASSERT_EQ(list.checks.size(), 1U);
    EXPECT_EQ(list.checks[0].result, "damaged");
    EXPECT_EQ(list.days, 30U);
}

TEST_F(LookResourceTest, APathThatIsNoneIsRefused) {
    add_image();
    add_blade_image(samples::blade());
    for (const char* path : {"etc/motd", "/etc/../shadow", ""}) {
        const std::string body =
            to_json(api::PathQuestion{.blade = samples::blade(), .image = {}, .path = path});
        EXPECT_EQ(call(http::Method::post, "/v1/path-explanations", body, root()).status, 400);
        EXPECT_EQ(call(http::Method::post, "/v1/blade-files", body, root()).status, 400);
    }
}

}  // namespace
}  // namespace dim::server
