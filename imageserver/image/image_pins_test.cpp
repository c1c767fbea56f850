#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_store.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

/// Of an image with two generations.
class ImagePinsTest : public ::testing::Test {
protected:
    ImagePinsTest() {
        api::ImageSummary summary = api::samples::image_summary();
        summary.generation = number(1);
        EXPECT_TRUE(catalog.begin_import(summary, api::samples::image_source()));
        EXPECT_TRUE(catalog.finish_generation({image, number(1)}, {"ab", "cd"}));
        GenerationRecord second = catalog.generations_of(image).value().front();
        second.generation = number(2);
        EXPECT_TRUE(catalog.begin_generation(second));
        EXPECT_TRUE(catalog.finish_generation({image, number(2)}, {"ab", "cd"}));
    }
    static model::Generation number(std::uint32_t number) {
        return *model::Generation::from_number(number);
    }
    Result<void> pin(std::uint32_t generation) {
        return pins.pin(image, number(generation), blades);
    }
    BladeImageRecord record(std::uint32_t generation) const {
        return {.blade = blades[0],
                .image = image,
                .generation = number(generation),
                .state = BladeImageState::creating,
                .size_bytes = 1 << 24,
                .is_exported = false};
    }

    const testing::TemporaryDirectory directory;
    Database database = Database::open(directory / "dim.db", image_migrations()).value();
    ImageCatalog catalog{database};
    ImagePins pins{database};
    const model::ImageName image = api::samples::image();
    const std::array<model::ComponentName, 2> blades{*model::ComponentName::parse("s01c1b01"),
                                                     *model::ComponentName::parse("s01c1b02")};
};

TEST_F(ImagePinsTest, ABladeImageIsBegunOfThePinnedGeneration) {
    EXPECT_EQ(catalog.begin_blade_image(record(2)), number(2));
    ASSERT_TRUE(catalog.forget_blade_image(blades[0], image));
    ASSERT_TRUE(pin(1));
    EXPECT_EQ(pins.generation_of(blades[0], image).value(), number(1));
    EXPECT_EQ(catalog.begin_blade_image(record(2)), number(1));
    const BladeImageRecord begun = catalog.blade_images()->front();
    EXPECT_EQ(begun.generation, number(1));
    EXPECT_TRUE(begun.is_pinned);
    EXPECT_EQ(pins.unpin(image, blades), 2U);
    EXPECT_EQ(pins.unpin(image, blades), 0U);
    EXPECT_FALSE(catalog.blade_images()->front().is_pinned);
}

TEST_F(ImagePinsTest, AllOrNone) {
    ASSERT_TRUE(catalog.begin_blade_image(record(2)));
    const auto refused = pin(1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_THAT(refused.error().message(), HasSubstr("s01c1b01 (2)"));
    EXPECT_THAT(pins.counts(image).value(), IsEmpty());
    EXPECT_EQ(pin(3).error().code(), ErrorCode::not_found);
    ASSERT_TRUE(pin(2));
    EXPECT_THAT(pins.counts(image).value(), UnorderedElementsAre(Pair(number(2), 2U)));
}

TEST_F(ImagePinsTest, AGenerationIsPinnedOrCollected) {
    ASSERT_TRUE(pin(1));
    EXPECT_EQ(catalog.begin_collection({image, number(1)}).error().code(), ErrorCode::conflict);
    ASSERT_TRUE(pins.unpin(image, blades));
    ASSERT_TRUE(catalog.begin_collection({image, number(1)}));
    EXPECT_EQ(pin(1).error().code(), ErrorCode::not_found);
    ASSERT_TRUE(catalog.forget_generation({image, number(1)}));
}

TEST_F(ImagePinsTest, GoWithTheImage) {
    ASSERT_TRUE(pin(1));
    // As after a kill: its generations are undone one by one.
    ASSERT_TRUE(catalog.begin_removal(image));
    EXPECT_EQ(pin(1).error().code(), ErrorCode::not_found);
    for (const auto& key : catalog.unfinished_generations().value())
        EXPECT_TRUE(catalog.forget_generation(key));
    EXPECT_THAT(pins.counts(image).value(), IsEmpty());
}

}  // namespace
}  // namespace dim::server
