#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/api_fixture.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/base/text.hpp"

#include <future>

namespace dim::server {
namespace {

class AdminResourceTest : public ApiFixture {
protected:
    /// The last line of a job.
    api::JobLine run(http::Method method, const std::string& target, const std::string& body) {
        const auto response = call(method, target, body, root());
        EXPECT_EQ(response.status, 200) << response.body;
        EXPECT_EQ(response.content_type, "application/x-ndjson");
        const auto lines = split(trim(response.body), '\n');
        return *api::parse<api::JobLine>(lines.back());
    }
    const std::string one_blade = R"({"image":"granite","blades":["s01c1b01"]})";
};

TEST_F(AdminResourceTest, RefusesBadMessagesBeforeAnythingIsDone) {
    for (const auto& [method, target] : {std::pair(http::Method::post, "/v1/images"),
                                         {http::Method::post, "/v1/blade-images"},
                                         {http::Method::put, "/v1/exports"},
                                         {http::Method::delete_, "/v1/exports"},
                                         {http::Method::put, "/v1/assignments"},
                                         {http::Method::delete_, "/v1/assignments"},
                                         {http::Method::post, "/v1/adopted-images"},
                                         {http::Method::post, "/v1/adopted-blade-images"},
                                         {http::Method::post, "/v1/boot-files"}}) {
        for (const char* body : {"", "{}", "{\"image\":\"../x\",\"blades\":[\"a/b\"]}"})
            EXPECT_EQ(call(method, target, body, root()).status, 400) << target;
    }
    EXPECT_EQ(call(http::Method::delete_, "/v1/blade-images/UP/granite", "", root()).status, 400);
    EXPECT_EQ(call(http::Method::delete_, "/v1/blade-images/s01c1b01/..", "", root()).status, 400);
    EXPECT_EQ(get("/v1/boot-files/..").status, 400);
}

TEST_F(AdminResourceTest, AJobThatFailsEndsWithAProblem) {
    const auto line = run(http::Method::put, "/v1/assignments", one_blade);
    ASSERT_TRUE(line.problem);
    EXPECT_FALSE(line.done);
    EXPECT_EQ(line.problem->status, 404u);
}

TEST_F(AdminResourceTest, TakesAnImageFromImportToAssignment) {
    EXPECT_TRUE(run(http::Method::post, "/v1/images", to_json(api::samples::import_image())).done);
    EXPECT_TRUE(run(http::Method::post, "/v1/blade-images", one_blade).done);
    EXPECT_TRUE(run(http::Method::put, "/v1/exports", one_blade).done);
    EXPECT_EQ(get("/v1/boot-files/granite").status, 404);
    EXPECT_TRUE(
        run(http::Method::post, "/v1/boot-files", R"({"image":"granite","options":[]})").done);
    const auto assigned = run(http::Method::put, "/v1/assignments", one_blade);
    EXPECT_TRUE(assigned.done) << assigned.problem->detail;
    EXPECT_EQ(read<api::ImageList>(get("/v1/images")).images.size(), 1u);
    EXPECT_EQ(read<api::BladeImageList>(get("/v1/blade-images")).blade_images.size(), 1u);
    EXPECT_EQ(read<api::BootFile>(get("/v1/boot-files/granite")).path, "granite/1-1/zImage");
    EXPECT_EQ(read<api::DhcpHostList>(get("/v1/dhcp")).hosts.at(0).boot_file, "granite/1-1/zImage");
    EXPECT_TRUE(run(http::Method::delete_, "/v1/assignments", R"({"blades":["s01c1b01"]})").done);
    EXPECT_TRUE(run(http::Method::delete_, "/v1/exports", one_blade).done);
    EXPECT_TRUE(run(http::Method::delete_, "/v1/blade-images/s01c1b01/granite", "").done);
    EXPECT_TRUE(run(http::Method::post, "/v1/cluster/reload", "").done);
}

TEST_F(AdminResourceTest, AdoptsWhatIsThereAsFiles) {
    images.unknown = {api::samples::unknown_file()};
    EXPECT_EQ(read<api::UnknownFileList>(get("/v1/unknown-files")).files, images.unknown);
    EXPECT_TRUE(
        run(http::Method::post, "/v1/adopted-images", to_json(api::samples::adopt_image())).done);
    EXPECT_EQ(run(http::Method::post, "/v1/adopted-blade-images", one_blade).done,
              "blade images of granite: 1 adopted");
    EXPECT_TRUE(images.blade_image(samples::blade(), samples::image()));
}

TEST_F(AdminResourceTest, SaysThatThePacketFilterNeedsNftables) {
    const auto line = run(http::Method::put, "/v1/firewall", "");
    ASSERT_TRUE(line.problem);
    EXPECT_EQ(line.problem->cure, "install the package nftables");
    const auto state = read<api::Firewall>(get("/v1/firewall"));
    EXPECT_FALSE(state.is_wanted);
    EXPECT_FALSE(state.is_in_force);
    EXPECT_TRUE(state.rules.contains(to_string(samples::server_address())));
}

TEST_F(AdminResourceTest, SaysWhatItDoesWhileItDoesIt) {
    add_image();
    const auto response = call(http::Method::post, "/v1/blade-images",
                               R"({"image":"granite","blades":["s01c1b01","s01c1b02"]})", root());
    const auto lines = split(trim(response.body), '\n');
    ASSERT_GE(lines.size(), 3u);
    const auto first = api::parse<api::JobLine>(lines.front());
    EXPECT_EQ(first->progress, "blade image of s01c1b01");
    EXPECT_EQ(first->steps, 2u);
}

TEST_F(AdminResourceTest, AnImportOfMinutesHoldsUpNoEditAndNoOtherImage) {
    make_ready();
    std::promise<void> go_on;
    images.on_import = [gate = go_on.get_future().share()] { gate.wait(); };
    api::ImportImage slow = api::samples::import_image();
    slow.name = model::ImageName::parse("slow").value();
    stop_after_part = true;
    EXPECT_TRUE(call(http::Method::post, "/v1/images", to_json(slow), root())
                    .body.contains("copy the shared root"));
    stop_after_part = false;
    EXPECT_TRUE(run(http::Method::put, "/v1/assignments", one_blade).done);
    EXPECT_TRUE(run(http::Method::put, "/v1/exports", one_blade).done);
    EXPECT_TRUE(
        run(http::Method::post, "/v1/blade-images", R"({"image":"granite","blades":["s01c1b02"]})")
            .done);
    EXPECT_EQ(get("/v1/images").status, 200);
    EXPECT_FALSE(images.image(slow.name)) << "it is still being imported";
    go_on.set_value();
}

TEST_F(AdminResourceTest, AnNfsServerThatHangsHoldsUpWhoNeedsItAlone) {
    make_ready();
    std::promise<void> go_on;
    control.on_load = [gate = go_on.get_future().share()] { gate.wait(); };
    stop_after_part = true;
    EXPECT_TRUE(call(http::Method::delete_, "/v1/exports", one_blade, root())
                    .body.contains("telling the NFS server"));
    stop_after_part = false;
    EXPECT_EQ(get("/v1/exports").status, 200);
    EXPECT_EQ(get("/v1/blade-images").status, 200);
    EXPECT_EQ(get("/v1/blades/s01c1b01").status, 200);
    go_on.set_value();
}

TEST_F(AdminResourceTest, AJobGoesOnWhenItsAskerGoesAway) {
    make_ready();
    std::promise<void> gone;
    images.on_import = [gate = gone.get_future().share()] { gate.wait(); };
    api::ImportImage image = api::samples::import_image();
    image.name = model::ImageName::parse("slow").value();
    stop_after_part = true;
    EXPECT_TRUE(call(http::Method::post, "/v1/images", to_json(image), root())
                    .body.contains("copy the shared root"));
    EXPECT_FALSE(images.image(image.name)) << "it is over before its asker goes";
    gone.set_value();
    lanes.finish();
    EXPECT_TRUE(images.image(image.name));
}

}  // namespace
}  // namespace dim::server
