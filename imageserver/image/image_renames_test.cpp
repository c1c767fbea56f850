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
using ::testing::SizeIs;

const Migration kFollower{"follower-1", "CREATE TABLE follower (image TEXT UNIQUE, text TEXT);"};

class ImageRenamesTest : public ::testing::Test {
protected:
    ImageRenamesTest() {
        EXPECT_TRUE(import(image));
        EXPECT_TRUE(catalog.pins().pin(image, first, {&record.blade, 1}));
        EXPECT_TRUE(catalog.begin_blade_image(record));
    }
    static std::vector<Migration> migrations() {
        std::vector<Migration> all(image_migrations().begin(), image_migrations().end());
        all.push_back(kFollower);
        return all;
    }
    Result<void> import(const model::ImageName& name) {
        api::ImageSummary summary = api::samples::image_summary();
        summary.generation = first;
        summary.name = name;
        DIM_CHECK(catalog.begin_import(summary, api::samples::image_source()));
        return catalog.finish_generation({name, first}, {"ab", "cd"});
    }
    void finish_blade_image() { EXPECT_TRUE(catalog.finish_blade_image(record.blade, image)); }
    Result<void> insert(const char* name, const char* text) {
        return database.transaction([&](Transaction& transaction) {
            return transaction.execute("INSERT INTO follower VALUES (?1, ?2)", name, text);
        });
    }
    std::string followers() {
        return database
            .transaction([&](Transaction& transaction) -> Result<std::string> {
                DIM_TRY(Statement rows, transaction.query("SELECT image || ' ' || text FROM "
                                                          "follower"));
                std::string text;
                for (;;) {
                    DIM_TRY(const bool has_row, rows.next());
                    if (!has_row) return text;
                    text += rows.text(0) + ";";
                }
            })
            .value();
    }

    const testing::TemporaryDirectory directory;
    Database database = Database::open(directory / "dim.db", migrations()).value();
    ImageCatalog catalog{database};
    ImageRenames renames{database};
    const model::Generation first = *model::Generation::from_number(1);
    const model::ImageName image = api::samples::image();
    const model::ImageName slate = *model::ImageName::parse("slate");
    const ImageRenames::Rename rename{.name = image, .new_name = slate};
    const BladeImageRecord record{.blade = *model::ComponentName::parse("s01c1b01"),
                                  .image = image,
                                  .generation = first,
                                  .state = BladeImageState::creating,
                                  .size_bytes = 1 << 24,
                                  .is_exported = false};
};

TEST_F(ImageRenamesTest, EveryRowFollows) {
    finish_blade_image();
    ASSERT_TRUE(insert("granite", "of it"));
    ASSERT_TRUE(insert("slate", "of an earlier one"));
    ASSERT_TRUE(insert("basalt", "another's"));
    ASSERT_TRUE(renames.begin(rename));
    EXPECT_THAT(renames.unfinished().value(), SizeIs(1));
    const std::array tables{std::string("follower")};
    ASSERT_TRUE(renames.finish(rename, tables));
    EXPECT_THAT(renames.unfinished().value(), IsEmpty());
    EXPECT_EQ(catalog.image(image).error().code(), ErrorCode::not_found);
    EXPECT_THAT(catalog.generations_of(slate).value(), SizeIs(1));
    EXPECT_TRUE(catalog.blade_image(record.blade, slate)->is_pinned);
    EXPECT_EQ(followers(), "slate of it;basalt another's;");
    // It can be had back, and the old name is free.
    ASSERT_TRUE(import(image));
    EXPECT_EQ(renames.begin({slate, image}).error().code(), ErrorCode::already_exists);
}

TEST_F(ImageRenamesTest, NothingIsBegunBeforeAllIsFinished) {
    const auto unfinished = renames.begin(rename);
    ASSERT_FALSE(unfinished);
    EXPECT_THAT(unfinished.error().message(), HasSubstr("image of s01c1b01"));
    finish_blade_image();
    ASSERT_TRUE(catalog.set_exported(record.blade, image, true));
    const auto exported = renames.begin(rename);
    ASSERT_FALSE(exported);
    EXPECT_EQ(exported.error().code(), ErrorCode::conflict);
    EXPECT_THAT(exported.error().message(), HasSubstr("are exported: s01c1b01"));
    EXPECT_EQ(renames.begin({slate, image}).error().code(), ErrorCode::not_found);
    ASSERT_TRUE(catalog.set_exported(record.blade, image, false));
    EXPECT_TRUE(renames.begin(rename));
}

TEST_F(ImageRenamesTest, NobodyTakesTheNewNameNorExportsTheOldMeanwhile) {
    finish_blade_image();
    ASSERT_TRUE(renames.begin(rename));
    EXPECT_EQ(import(slate).error().code(), ErrorCode::already_exists);
    EXPECT_FALSE(catalog.set_exported(record.blade, image, true));
    ASSERT_TRUE(renames.forget(rename));
    EXPECT_TRUE(import(slate));
    EXPECT_TRUE(catalog.set_exported(record.blade, image, true));
}

}  // namespace
}  // namespace dim::server
