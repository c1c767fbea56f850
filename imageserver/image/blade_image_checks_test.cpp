#include "imageserver/image/blade_image_checks.hpp"
#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_store.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BladeImageChecksTest : public ::testing::Test {
protected:
    BladeImageChecksTest() {
        api::ImageSummary summary = api::samples::image_summary();
        summary.generation = first;
        EXPECT_TRUE(catalog.begin_import(summary, api::samples::image_source()));
        EXPECT_TRUE(catalog.finish_generation({summary.name, first}, {"ab", "cd"}));
        EXPECT_TRUE(catalog.begin_blade_image({.blade = blade,
                                               .image = summary.name,
                                               .generation = first,
                                               .state = BladeImageState::creating,
                                               .size_bytes = 1 << 24,
                                               .is_exported = false}));
        EXPECT_TRUE(catalog.finish_blade_image(blade, summary.name));
    }
    api::BladeImageCheck check(std::string result, std::optional<std::string> told = {}) const {
        return {.blade = blade,
                .image = api::samples::image(),
                .checked = *model::Timestamp::from_microseconds(1'000'000),
                .result = std::move(result),
                .told = std::move(told)};
    }

    const model::Generation first = *model::Generation::from_number(1);
    const model::ComponentName blade = api::samples::blade();
    const testing::TemporaryDirectory directory;
    Database database = Database::open(directory / "dim.db", image_migrations()).value();
    ImageCatalog catalog{database};
    BladeImageChecks checks{database};
};

TEST_F(BladeImageChecksTest, TheLastOneIsKept) {
    EXPECT_THAT(checks.all().value(), IsEmpty());
    EXPECT_TRUE(checks.record(check("damaged", "Inode 12 is odd")));
    EXPECT_THAT(checks.all().value(), ElementsAre(check("damaged", "Inode 12 is odd")));
    EXPECT_TRUE(checks.record(check("clean")));
    EXPECT_THAT(checks.all().value(), ElementsAre(check("clean")));
}

TEST_F(BladeImageChecksTest, WhatIsNoResultOrOfNoBladeImageIsNotKept) {
    EXPECT_FALSE(checks.record(check("not checked")));
    api::BladeImageCheck other = check("clean");
    other.blade = *model::ComponentName::parse("s01c1b09");
    EXPECT_FALSE(checks.record(other));
    EXPECT_THAT(checks.all().value(), IsEmpty());
}

}  // namespace
}  // namespace dim::server
