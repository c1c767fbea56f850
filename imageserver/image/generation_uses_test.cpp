#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_store.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A blade image of the first generation of an image that has three.
class GenerationUsesTest : public ::testing::Test {
protected:
    GenerationUsesTest() {
        api::ImageSummary summary = api::samples::image_summary();
        summary.generation = number(1);
        EXPECT_TRUE(catalog.begin_import(summary, api::samples::image_source()));
        EXPECT_TRUE(catalog.finish_generation({image, number(1)}, {"ab", "cd"}));
        GenerationRecord next = catalog.generations_of(image).value().front();
        for (const std::uint32_t generation : {2, 3}) {
            next.generation = number(generation);
            EXPECT_TRUE(catalog.begin_generation(next));
            EXPECT_TRUE(catalog.finish_generation({image, number(generation)}, {"ab", "cd"}));
        }
        EXPECT_TRUE(catalog.begin_blade_image({.blade = blade,
                                               .image = image,
                                               .generation = number(1),
                                               .state = BladeImageState::creating,
                                               .size_bytes = 1 << 24,
                                               .is_exported = false}));
        EXPECT_TRUE(catalog.finish_blade_image(blade, image));
    }
    static model::Generation number(std::uint32_t number) {
        return model::Generation::from_number(number).value();
    }

    const testing::TemporaryDirectory directory;
    Database database = Database::open(directory / "dim.db", image_migrations()).value();
    ImageCatalog catalog{database};
    GenerationUses uses{database};
    const model::ImageName image = api::samples::image();
    const model::ComponentName blade = *model::ComponentName::parse("s01c1b01");
    const model::ComponentName other = *model::ComponentName::parse("s01c1b02");
};

TEST_F(GenerationUsesTest, WhereAMoveLeadsIsNotCollected) {
    ASSERT_TRUE(uses.begin_move(blade, image, number(2)));
    EXPECT_EQ(uses.unfinished_move(blade, image).value(), number(2));
    EXPECT_EQ(uses.unfinished_move(other, image).value(), std::nullopt);
    EXPECT_THAT(uses.of(image).value(), ElementsAre(number(2)));
    EXPECT_EQ(catalog.begin_collection({image, number(2)}).error().code(), ErrorCode::conflict);
    // It is still of the first one, until all is done.
    EXPECT_EQ(catalog.blade_image(blade, image)->generation, number(1));
    ASSERT_TRUE(uses.finish_move(blade, image, number(2), false));
    EXPECT_EQ(catalog.blade_image(blade, image)->generation, number(2));
    EXPECT_EQ(uses.unfinished_move(blade, image).value(), std::nullopt);
    EXPECT_THAT(uses.of(image).value(), IsEmpty());
    EXPECT_TRUE(catalog.begin_collection({image, number(1)}));
}

TEST_F(GenerationUsesTest, WhatARunningBladeHasMountedIsHeldUntilItBootsAnew) {
    for (const std::uint32_t to : {2, 3}) {
        ASSERT_TRUE(uses.begin_move(blade, image, number(to)));
        ASSERT_TRUE(uses.finish_move(blade, image, number(to), true));
    }
    EXPECT_THAT(uses.of(image).value(), ElementsAre(number(1), number(2)));
    EXPECT_EQ(catalog.begin_collection({image, number(1)}).error().code(), ErrorCode::conflict);
    ASSERT_TRUE(uses.release(other));
    EXPECT_THAT(uses.of(image).value(), ElementsAre(number(1), number(2)));
    ASSERT_TRUE(uses.release(blade));
    EXPECT_THAT(uses.of(image).value(), IsEmpty());
    EXPECT_TRUE(catalog.begin_collection({image, number(1)}));
}

TEST_F(GenerationUsesTest, ABootDoesNotEndAMove) {
    ASSERT_TRUE(uses.begin_move(blade, image, number(2)));
    ASSERT_TRUE(uses.release(blade));
    EXPECT_EQ(uses.unfinished_move(blade, image).value(), number(2));
}

TEST_F(GenerationUsesTest, NothingLeadsToWhatIsGone) {
    EXPECT_EQ(uses.begin_move(blade, image, number(9)).error().code(), ErrorCode::not_found);
    EXPECT_EQ(uses.begin_move(other, image, number(2)).error().code(), ErrorCode::not_found);
    ASSERT_TRUE(catalog.begin_collection({image, number(2)}));
    const auto collected = uses.begin_move(blade, image, number(2));
    ASSERT_FALSE(collected);
    EXPECT_EQ(collected.error().cure(), "see 'dim image generations granite'");
}

TEST_F(GenerationUsesTest, FollowARenamedImage) {
    const model::ImageName slate = *model::ImageName::parse("slate");
    ASSERT_TRUE(uses.begin_move(blade, image, number(2)));
    ASSERT_TRUE(uses.finish_move(blade, image, number(2), true));
    ASSERT_TRUE(uses.begin_move(blade, image, number(3)));
    const ImageRenames::Rename rename{.name = image, .new_name = slate};
    ASSERT_TRUE(catalog.renames().begin(rename));
    ASSERT_TRUE(catalog.renames().finish(rename, {}));
    EXPECT_EQ(uses.unfinished_move(blade, slate).value(), number(3));
    EXPECT_THAT(uses.of(slate).value(), ElementsAre(number(1), number(3)));
    EXPECT_THAT(uses.of(image).value(), IsEmpty());
    EXPECT_EQ(catalog.begin_collection({slate, number(1)}).error().code(), ErrorCode::conflict);
}

TEST_F(GenerationUsesTest, EndWithTheBladeImage) {
    ASSERT_TRUE(uses.begin_move(blade, image, number(2)));
    ASSERT_TRUE(uses.finish_move(blade, image, number(2), true));
    ASSERT_TRUE(uses.begin_move(blade, image, number(3)));
    ASSERT_TRUE(catalog.begin_deletion(blade, image));
    EXPECT_THAT(uses.of(image).value(), ElementsAre(number(1), number(3)));
    ASSERT_TRUE(catalog.forget_blade_image(blade, image));
    EXPECT_THAT(uses.of(image).value(), IsEmpty());
}

}  // namespace
}  // namespace dim::server
