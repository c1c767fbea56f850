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
    /// What a job has achieved.
    std::string done_by(http::Method method, const std::string& target, const std::string& body) {
        return run_job(method, target, body).done.value_or("failed");
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

TEST_F(ImageResourceTest, MakesGenerationsAndNamesThem) {
    make_ready();
    EXPECT_THAT(
        done_by(http::Method::post, "/v1/image-generations", to_json(api::samples::update_image())),
        ::testing::HasSubstr("generation 2 made of ssh://root@master:2222/srv/tree"));
    EXPECT_THAT(done_by(http::Method::post, "/v1/image-rollbacks",
                        to_json(api::RollBackImage{samples::image(),
                                                   *model::Generation::from_number(1), ""})),
                ::testing::HasSubstr("generation 3 made of generation 1"));
    EXPECT_THAT(done_by(http::Method::put, "/v1/image-labels",
                        to_json(api::LabelGeneration{
                            samples::image(), *model::Generation::from_number(2), "better"})),
                ::testing::HasSubstr("generation 2 is labelled now"));
    const auto list =
        read<api::ImageGenerationList>(get("/v1/images/granite/generations")).generations;
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list.front().label, "better");
    EXPECT_EQ(get("/v1/images/slate/generations").status, 404);
    images.is_unchanged = true;
    EXPECT_THAT(done_by(http::Method::post, "/v1/image-generations",
                        to_json(api::samples::bare_update_image())),
                ::testing::HasSubstr("nothing changed"));
}

TEST_F(ImageResourceTest, CollectsGenerations) {
    make_ready();
    const auto collect = [&] {
        return done_by(http::Method::post, "/v1/image-collections",
                       to_json(api::CollectGenerations{samples::image(), 1, false, false}));
    };
    EXPECT_THAT(collect(), ::testing::HasSubstr("nothing to collect"));
    images.collected = {
        .generations = {*model::Generation::from_number(1), *model::Generation::from_number(3)},
        .freed_bytes = 1 << 20};
    EXPECT_THAT(collect(), ::testing::HasSubstr("generations 1 3 deleted, 1 MiB freed"));
}

TEST_F(ImageResourceTest, ComparesGenerations) {
    add_image();
    images.differences = {api::samples::tree_difference()};
    const auto difference =
        read<api::GenerationDifference>(get("/v1/images/granite/generations/1/2"));
    EXPECT_EQ(difference.newer.number(), 2U);
    EXPECT_EQ(difference.differences, images.differences);
    for (const char* wrong : {"/v1/images/granite/generations/0/2",
                              "/v1/images/granite/generations/1/x", "/v1/images/-/generations/1/2"})
        EXPECT_EQ(get(wrong).status, 400) << wrong;
}

TEST_F(ImageResourceTest, RemovesAnImage) {
    add_image();
    EXPECT_THAT(done_by(http::Method::delete_, "/v1/images/granite", ""),
                ::testing::HasSubstr("granite removed"));
    EXPECT_EQ(get("/v1/images/granite").status, 404);
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
