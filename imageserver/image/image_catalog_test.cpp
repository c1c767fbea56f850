#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_store.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

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
    const std::array<Migration, 2> migrations{kImageMigration, kImageSourceMigration};
    Database database = Database::open(directory / "dim.db", migrations).value();
    ImageCatalog catalog{database};
    const api::ImageSummary image = record("granite");
    const api::ImageSource source = api::samples::image_source();
    const ImageCatalog::GenerationKey key{image.name, image.generation};
    const BladeImageRecord blade = blade_record("s01c1b01");
};

TEST_F(Catalog, RemembersTheSource) {
    EXPECT_EQ(catalog.source(key).value(), std::nullopt);
    ASSERT_TRUE(catalog.begin_import(image, source));
    EXPECT_EQ(catalog.source(key).value(), source);
}

TEST_F(Catalog, DoesNotShowWhatIsNotFinished) {
    ASSERT_TRUE(catalog.begin_import(image, source));
    EXPECT_EQ(catalog.image(image.name).error().code(), ErrorCode::not_found);
    EXPECT_THAT(catalog.images().value(), IsEmpty());
    EXPECT_THAT(catalog.unfinished_generations().value(), SizeIs(1));
    EXPECT_EQ(catalog.begin_import(image, source).error().code(), ErrorCode::already_exists);
    ASSERT_TRUE(catalog.finish_import(key));
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
    EXPECT_THAT(second.error().cure(), ::testing::HasSubstr("dim image delete granite s01c1b01"));
    // A generation that blade images come from is not forgotten.
    EXPECT_FALSE(catalog.forget_generation(key));
}

TEST_F(Catalog, KeepsWhatItWasTold) {
    ASSERT_TRUE(catalog.begin_import(image, source));
    ASSERT_TRUE(catalog.finish_import(key));
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

}  // namespace
}  // namespace dim::server
