#include "imageserver/api/api_fixture.hpp"
#include "libdim/api/message_samples.hpp"

#include <future>

namespace dim::server {
namespace {

class ImageResourceTest : public ApiFixture {
protected:
    /// An import of "slow" that has begun and goes on when GATE opens.
    void begin_slow_import() {
        images.on_import = [open = gate.get_future().share()] { open.wait(); };
        api::ImportImage image = api::samples::import_image();
        image.name = slow;
        begin_job(http::Method::post, "/v1/images", to_json(image), "copy the shared root");
    }
    const model::ImageName slow = model::ImageName::parse("slow").value();
    std::promise<void> gate;
};

TEST_F(ImageResourceTest, ListsImagesWithTheSizeOfTheirBootFiles) {
    EXPECT_TRUE(read<api::ImageList>(get("/v1/images")).images.empty());
    add_image();
    EXPECT_FALSE(read<api::ImageList>(get("/v1/images")).images.at(0).zimage_bytes);
    add_boot_file();
    EXPECT_EQ(read<api::ImageList>(get("/v1/images")).images.at(0).zimage_bytes,
              boot_files.current(samples::image()).value()->bytes);
}

TEST_F(ImageResourceTest, TellsOfOneImage) {
    EXPECT_EQ(get("/v1/images/granite").status, 404);
    EXPECT_EQ(get("/v1/images/-").status, 400);
    add_image();
    add_boot_file();
    const auto details = read<api::ImageDetails>(get("/v1/images/granite"));
    EXPECT_EQ(details.image.name, samples::image());
    EXPECT_EQ(details.image.zimage_bytes, boot_files.current(samples::image()).value()->bytes);
}

TEST_F(ImageResourceTest, NamesWhatWasChangedByHand) {
    const auto check = [&] {
        return call(http::Method::post, "/v1/images/granite/check", "", root());
    };
    EXPECT_EQ(check().status, 404);
    add_image();
    EXPECT_EQ(read<api::ImageCheck>(check()).difference_count, 0U);
    images.differences = {api::samples::tree_difference()};
    EXPECT_EQ(read<api::ImageCheck>(check()).differences, images.differences);
}

TEST_F(ImageResourceTest, AnImportOfMinutesHoldsUpNoEditAndNoOtherImage) {
    make_ready();
    begin_slow_import();
    EXPECT_TRUE(run_job(http::Method::put, "/v1/assignments", one_blade).done);
    EXPECT_TRUE(run_job(http::Method::put, "/v1/exports", one_blade).done);
    EXPECT_TRUE(run_job(http::Method::post, "/v1/blade-images",
                        R"({"image":"granite","blades":["s01c1b02"]})")
                    .done);
    EXPECT_EQ(get("/v1/images").status, 200);
    EXPECT_FALSE(images.image(slow)) << "it is still being imported";
    gate.set_value();
}

TEST_F(ImageResourceTest, AnImportGoesOnWhenItsAskerGoesAway) {
    make_ready();
    begin_slow_import();
    EXPECT_FALSE(images.image(slow)) << "it is over before its asker goes";
    gate.set_value();
    lanes.finish();
    EXPECT_TRUE(images.image(slow));
}

}  // namespace
}  // namespace dim::server
