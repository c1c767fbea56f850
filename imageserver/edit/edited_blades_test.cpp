#include "imageserver/edit/edit_fixture.hpp"
#include "imageserver/edit/edited_blades.hpp"

namespace dim::server {
namespace {

using samples::blade;
using samples::image;
using samples::other_blade;

class EditedBladesTest : public EditFixture {};

TEST_F(EditedBladesTest, AreOursAndAtLeastOne) {
    EXPECT_EQ(edited_blades.require({}).error().code(), ErrorCode::invalid_input);
    EXPECT_TRUE(edited_blades.require(std::vector{blade(), other_blade()}));
    EXPECT_EQ(edited_blades.require(std::vector{blade(), samples::server()}).error().code(),
              ErrorCode::not_found);
}

TEST_F(EditedBladesTest, ABladeThatRunsFromTheImageUsesIt) {
    EXPECT_TRUE(edited_blades.check_unused(blade(), image()));
    run_blade(blade(), 90);
    const auto used = edited_blades.check_unused(blade(), image());
    ASSERT_FALSE(used);
    EXPECT_EQ(used.error().code(), ErrorCode::conflict);
    EXPECT_FALSE(used.error().cure().empty());
    EXPECT_TRUE(edited_blades.check_unused(blade(), model::ImageName::parse("slate").value()));
    EXPECT_TRUE(edited_blades.check_unused(other_blade(), image()));
    EXPECT_TRUE(edited_blades.check_unused(samples::server(), image())) << "no blade";
}

TEST_F(EditedBladesTest, TheirStoriesTellOfIt) {
    EXPECT_TRUE(edited_blades.tell(std::vector{blade()}, "renamed"));
    ASSERT_EQ(journal.story(blade()).value().size(), 1U);
    EXPECT_EQ(journal.story(blade()).value().front().text, "renamed");
    EXPECT_TRUE(journal.story(other_blade()).value().empty());
}

TEST(BladesText, IsTheNameOfOne) {
    EXPECT_EQ(blades_text(std::vector{blade()}), "s01c1b01");
    EXPECT_EQ(blades_text(std::vector{blade(), other_blade()}), "2 blades");
}

}  // namespace
}  // namespace dim::server
