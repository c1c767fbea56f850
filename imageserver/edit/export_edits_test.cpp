#include "imageserver/edit/edit_fixture.hpp"

namespace dim::server {
namespace {

using samples::blade;
using samples::image;
using samples::other_blade;

class ExportEditsTest : public EditFixture {
protected:
    Result<std::string> export_to(std::vector<model::ComponentName> blades) {
        return finish(export_edits.export_images({image(), std::move(blades)}, no_progress));
    }
    std::size_t offered() {
        std::size_t count = 0;
        for (const api::NfsExport& each : services.nfs().exports())
            count += each.is_writable ? 1 : 0;
        return count;
    }
};

TEST_F(ExportEditsTest, RefusesAnEmptyListAndBladesItDoesNotServe) {
    add_image();
    EXPECT_FALSE(export_edits.export_images({image(), {}}, no_progress));
    EXPECT_FALSE(export_edits.unexport_images({image(), {}}, no_progress));
    EXPECT_FALSE(export_edits.export_images({image(), {samples::server()}}, no_progress));
}

TEST_F(ExportEditsTest, OneThatFailsLeavesNothingMarked) {
    add_image();
    add_blade_image(blade());
    control.outcomes.assign(2, fail(ErrorCode::unavailable, "ganesha does not run"));
    EXPECT_EQ(export_to({blade()}).error().code(), ErrorCode::unavailable);
    EXPECT_FALSE(is_exported(blade()));
    const auto missing = export_to({blade(), other_blade()});
    ASSERT_FALSE(missing) << "the second has no image";
    EXPECT_EQ(missing.error().cure(), "dim blade create s01c1b02 granite");
    EXPECT_FALSE(is_exported(blade()));
    EXPECT_TRUE(journal.story(blade()).value().back().text.contains("taken back"));
    ASSERT_TRUE(export_to({blade()}));
    EXPECT_EQ(offered(), 1u);
}

TEST_F(ExportEditsTest, WhatABladeRunsFromIsNotTakenAway) {
    add_image();
    add_blade_image(blade());
    ASSERT_TRUE(export_to({blade()}));
    run_blade(blade(), 90);
    const auto unexported = export_edits.unexport_images({image(), {blade()}}, no_progress);
    ASSERT_FALSE(unexported);
    EXPECT_EQ(unexported.error().code(), ErrorCode::conflict);
    EXPECT_FALSE(unexported.error().cure().empty());
    EXPECT_EQ(image_edits.delete_blade_image(blade(), image()).error().code(), ErrorCode::conflict);
    EXPECT_EQ(offered(), 1u);
    clock.time = samples::at(1000);  // silent for long
    EXPECT_TRUE(finish(export_edits.unexport_images({image(), {blade()}}, no_progress)));
    EXPECT_EQ(offered(), 0u);
    EXPECT_TRUE(image_edits.delete_blade_image(blade(), image()));
}

}  // namespace
}  // namespace dim::server
