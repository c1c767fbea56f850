#include "imageserver/edit/edit_fixture.hpp"
#include "imageserver/edit/rename_edits.hpp"

#include <filesystem>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using samples::blade;
using samples::image;
using ::testing::HasSubstr;

class RenameEditsTest : public EditFixture {
protected:
    RenameEditsTest() {
        add_image();
        add_boot_file();
    }
    Result<std::string> rename(const char* to = "slate") {
        return finish(edits.rename_image({image(), *model::ImageName::parse(to)}, no_progress));
    }

    const std::string overrides = database.directory() + "/overrides";
    RenameEdits edits{images, boot_files, assignments, overrides, edited_blades};
};

TEST_F(RenameEditsTest, TheSharedRootIsOfferedByItsNewName) {
    add_blade_image(blade());
    EXPECT_EQ(rename(), "image granite is called slate now");
    const auto exports = services.nfs().exports();
    ASSERT_EQ(exports.size(), 1u);
    EXPECT_EQ(exports[0].path, "/shared/slate/1");
    EXPECT_EQ(boot_files.followed, 1);
    EXPECT_EQ(journal.story(blade()).value().size(), 1u);
    EXPECT_EQ(rename().error().code(), ErrorCode::not_found);
}

TEST_F(RenameEditsTest, ABladeThatIsAssignedItIsNamed) {
    ASSERT_TRUE(assignments.assign(std::array{blade()}, image(), clock.now()));
    const auto refused = rename();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_THAT(refused.error().message(), HasSubstr("s01c1b01"));
    EXPECT_THAT(refused.error().cure(), HasSubstr("dim undeploy s01c1b01 granite"));
    EXPECT_TRUE(images.image(image()));
}

TEST_F(RenameEditsTest, AnImageThatIsThereKeepsItsBootFile) {
    api::ImageSummary other = images.image(image()).value();
    other.name = *model::ImageName::parse("slate");
    images.add(other);
    ASSERT_TRUE(boot_files.build({other.name, {}, std::nullopt}, no_progress));
    EXPECT_EQ(rename().error().code(), ErrorCode::already_exists);
    EXPECT_TRUE(boot_files.current(other.name).value());
    ASSERT_TRUE(finish(image_edits.remove_image(other.name)));
    EXPECT_FALSE(boot_files.current(other.name).value()) << "a removed image has none";
}

TEST_F(RenameEditsTest, TemplatesThatDoNotFollowAreTold) {
    std::filesystem::create_directories(overrides + "/image/granite");
    EXPECT_EQ(rename(), "image granite is called slate now\nits templates do not follow: mv " +
                            overrides + "/image/granite " + overrides + "/image/slate");
}

}  // namespace
}  // namespace dim::server
