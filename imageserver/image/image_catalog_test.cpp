#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_store.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Catalog : public ::testing::Test {
protected:
    static api::ImageSummary record(const char* name) {
        return {.name = model::ImageName::parse(name).value(),
                .architecture = model::Architecture::ppc64,
                .generation = model::Generation::from_number(1).value(),
                .shared = {"usr", "odd, name"},
                .init = "/sbin/init",
                .blade_image_bytes = 1 << 24,
                .created = model::Timestamp::from_microseconds(17).value(),
                .zimage_bytes = {},
                .blade_images = 0};
    }
    BladeImageRecord blade_record(const char* name) const {
        return {.blade = model::ComponentName::parse(name).value(),
                .image = image.name,
                .generation = image.generation,
                .state = BladeImageState::creating,
                .size_bytes = 1 << 24,
                .is_exported = false};
    }

    const testing::TemporaryDirectory directory;
    Database database = Database::open(directory / "dim.db", image_migrations()).value();
    ImageCatalog catalog{database};
    const api::ImageSummary image = record("granite");
    const api::ImageSource source = api::samples::image_source();
    const ImageCatalog::GenerationKey key{image.name, image.generation};
    const BladeImageRecord blade = blade_record("s01c1b01");
};

TEST_F(Catalog, RemembersTheLastMaster) {
    EXPECT_EQ(catalog.last_master(image.name).error().code(), ErrorCode::not_found);
    ASSERT_TRUE(catalog.begin_import(image, source));
    ASSERT_TRUE(catalog.finish_generation(key, {"ab", "cd", image.shared, 100, 7}));
    EXPECT_EQ(catalog.last_master(image.name).value(), source);
    GenerationRecord rolled_back = catalog.generations_of(image.name).value().front();
    rolled_back.generation = model::Generation::from_number(2).value();
    rolled_back.source = "generation 1";
    rolled_back.master = {};
    ASSERT_TRUE(catalog.begin_generation(rolled_back));
    ASSERT_TRUE(catalog.finish_generation({image.name, rolled_back.generation},
                                          {"ab", "cd", image.shared}));
    EXPECT_EQ(catalog.generations_of(image.name)->back().master, std::nullopt);
    EXPECT_EQ(catalog.last_master(image.name).value(), source);
}

TEST_F(Catalog, DoesNotShowWhatIsNotFinished) {
    ASSERT_TRUE(catalog.begin_import(image, source));
    EXPECT_EQ(catalog.image(image.name).error().code(), ErrorCode::not_found);
    EXPECT_THAT(catalog.images().value(), IsEmpty());
    EXPECT_THAT(catalog.unfinished_generations().value(), SizeIs(1));
    EXPECT_EQ(catalog.begin_import(image, source).error().code(), ErrorCode::already_exists);
    ASSERT_TRUE(catalog.finish_generation(key, {"ab", "cd", image.shared, 100, 7}));
    EXPECT_THAT(catalog.unfinished_generations().value(), IsEmpty());
    ASSERT_TRUE(catalog.begin_blade_image(blade));
    EXPECT_EQ(catalog.blade_image(blade.blade, blade.image).error().code(), ErrorCode::not_found);
    EXPECT_EQ(catalog.image(image.name)->blade_images, 0U);
    ASSERT_TRUE(catalog.finish_blade_image(blade.blade, blade.image));
    EXPECT_TRUE(catalog.blade_image(blade.blade, blade.image));
    EXPECT_EQ(catalog.image(image.name)->blade_images, 1U);
    ASSERT_TRUE(catalog.begin_deletion(blade.blade, blade.image));
    EXPECT_FALSE(catalog.blade_image(blade.blade, blade.image));
    EXPECT_EQ(catalog.blade_images()->front().state, BladeImageState::deleting);
}

TEST_F(Catalog, RefusesABladeImageOfNothingAndASecondOne) {
    EXPECT_FALSE(catalog.begin_blade_image(blade));
    ASSERT_TRUE(catalog.begin_import(image, source));
    ASSERT_TRUE(catalog.begin_blade_image(blade));
    const auto second = catalog.begin_blade_image(blade);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::already_exists);
    EXPECT_THAT(second.error().cure(), ::testing::HasSubstr("dim blade delete s01c1b01 granite"));
    // A generation that blade images come from is not forgotten.
    EXPECT_FALSE(catalog.forget_generation(key));
}

TEST_F(Catalog, ShowsTheNewestGenerationThatIsFinished) {
    ASSERT_TRUE(catalog.begin_import(image, source));
    ASSERT_TRUE(catalog.finish_generation(key, {"ab", "cd", image.shared, 100, 7}));
    GenerationRecord next = catalog.generations_of(image.name).value().front();
    EXPECT_EQ(next.source, to_string(source.source));
    EXPECT_EQ(next.golden_digest, "cd");
    EXPECT_EQ(next.bytes, 100U);
    EXPECT_EQ(next.own_bytes, 7U);
    next.generation = model::Generation::from_number(2).value();
    ASSERT_TRUE(catalog.begin_generation(next));
    EXPECT_EQ(catalog.image(image.name)->generation, image.generation);
    EXPECT_THAT(catalog.generations_of(image.name).value(), SizeIs(1));
    ASSERT_TRUE(catalog.finish_generation({image.name, next.generation}, {"ef", "cd", {"usr"}}));
    EXPECT_EQ(catalog.image(image.name)->generation, next.generation);
    EXPECT_EQ(catalog.generations_of(image.name).value().back().shared_digest, "ef");
    // What is shared is a matter of each generation.
    EXPECT_THAT(catalog.image(image.name)->shared, ElementsAre("usr"));
    EXPECT_EQ(catalog.image(image.name, image.generation)->shared, image.shared);
    EXPECT_EQ(catalog.image(image.name, image.generation)->generation, image.generation);
    const auto none = catalog.image(image.name, model::Generation::from_number(3).value());
    EXPECT_EQ(none.error().message(), "image granite has no generation 3");
}

TEST_F(Catalog, LabelsAGenerationThatIsThere) {
    ASSERT_TRUE(catalog.begin_import(image, source));
    EXPECT_EQ(catalog.set_label(key, "good").error().code(), ErrorCode::not_found);
    ASSERT_TRUE(catalog.finish_generation(key, {"ab", "cd", image.shared, 100, 7}));
    ASSERT_TRUE(catalog.set_label(key, "good"));
    EXPECT_EQ(catalog.generations_of(image.name).value().front().label, "good");
}

TEST_F(Catalog, RemovesAnImageThatHasNoBladeImages) {
    ASSERT_TRUE(catalog.begin_import(image, source));
    ASSERT_TRUE(catalog.finish_generation(key, {"ab", "cd", image.shared, 100, 7}));
    ASSERT_TRUE(catalog.begin_blade_image(blade));
    EXPECT_EQ(catalog.begin_removal(image.name).error().code(), ErrorCode::conflict);
    ASSERT_TRUE(catalog.forget_blade_image(blade.blade, blade.image));
    ASSERT_TRUE(catalog.begin_removal(image.name));
    EXPECT_FALSE(catalog.image(image.name));
    EXPECT_THAT(catalog.unfinished_generations().value(), SizeIs(1));
    ASSERT_TRUE(catalog.forget_image(image.name));
    EXPECT_THAT(catalog.unfinished_generations().value(), IsEmpty());
}

TEST_F(Catalog, KeepsWhatItWasTold) {
    ASSERT_TRUE(catalog.begin_import(image, source));
    ASSERT_TRUE(catalog.finish_generation(key, {"ab", "cd", image.shared, 100, 7}));
    const api::ImageSummary read = catalog.image(image.name).value();
    EXPECT_EQ(read.shared, image.shared);
    EXPECT_EQ(read.init, image.init);
    EXPECT_EQ(read.created, image.created);
    EXPECT_EQ(read.blade_image_bytes, image.blade_image_bytes);
    ASSERT_TRUE(catalog.begin_blade_image(blade));
    ASSERT_TRUE(catalog.finish_blade_image(blade.blade, blade.image));
    ASSERT_TRUE(catalog.set_exported(blade.blade, blade.image, true));
    EXPECT_TRUE(catalog.blade_image(blade.blade, blade.image)->is_exported);
    ASSERT_TRUE(catalog.forget_blade_image(blade.blade, blade.image));
    ASSERT_TRUE(catalog.forget_generation(key));
    EXPECT_TRUE(catalog.begin_import(image, source));
}

TEST_F(Catalog, IsToldHowBladesStartAndMountIt) {
    const api::NfsOptions nfs{.version = "4.2", .actimeo_seconds = 30, .nconnect = 4};
    const api::SyncPolicy sync{.on_conflict = model::ConflictPolicy::keep,
                               .keep_out = "/srv/; + *.conf",
                               .merge = "passwd"};
    const GenerationSettings settings{.init = "/init", .nfs = nfs, .sync = sync};
    EXPECT_EQ(catalog.set_settings(image.name, settings).error().code(), ErrorCode::not_found);
    ASSERT_TRUE(catalog.begin_import(image, source));
    ASSERT_TRUE(catalog.finish_generation(key, {"ab", "cd", image.shared, 100, 7}));
    EXPECT_EQ(catalog.image(image.name)->nfs, api::NfsOptions{});
    EXPECT_EQ(catalog.image(image.name)->sync, api::SyncPolicy{});
    ASSERT_TRUE(catalog.set_settings(image.name, settings));
    EXPECT_EQ(catalog.image(image.name)->nfs, nfs);
    EXPECT_EQ(catalog.image(image.name)->sync, sync);
    EXPECT_EQ(catalog.image(image.name)->init, "/init");
}

}  // namespace
}  // namespace dim::server
