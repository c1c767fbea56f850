#include "imageserver/edit/edit_fixture.hpp"

namespace dim::server {
namespace {

using samples::blade;
using samples::image;
using samples::other_blade;

class ImageEditsTest : public EditFixture {
protected:
    Result<std::string> create(std::vector<model::ComponentName> blades) {
        return finish(image_edits.create_blade_images({image(), std::move(blades)}, no_progress));
    }
};

TEST_F(ImageEditsTest, RefusesAnEmptyListAndBladesItDoesNotServe) {
    add_image();
    EXPECT_FALSE(create({}));
    EXPECT_EQ(create({samples::server()}).error().code(), ErrorCode::not_found);
}

TEST_F(ImageEditsTest, CreateKeepsWhatIsThere) {
    EXPECT_EQ(create({blade()}).error().cure(), "dim image import");
    add_image();
    add_blade_image(blade());
    EXPECT_EQ(create({blade(), other_blade()}),
              "blade images of granite: 1 created, 1 there already");
    EXPECT_EQ(journal.story(other_blade()).value().size(), 1u);
    EXPECT_TRUE(journal.story(blade()).value().empty());
}

TEST_F(ImageEditsTest, AnAdoptedImageIsOffered) {
    const auto adopt = [&](const std::string& init) {
        return finish(
            image_edits.adopt_image({image(), model::Architecture::ppc64, init}, no_progress));
    };
    EXPECT_EQ(adopt("sbin/init").error().code(), ErrorCode::invalid_input);
    EXPECT_EQ(adopt("/sbin/init"), "image granite adopted");
    EXPECT_EQ(services.nfs().exports().size(), 1u);
    EXPECT_EQ(adopt("/sbin/init").error().code(), ErrorCode::already_exists);
}

TEST_F(ImageEditsTest, AdoptKeepsWhatIsKnown) {
    add_image();
    add_blade_image(blade());
    const auto adopt = [&](std::vector<model::ComponentName> blades) {
        return finish(image_edits.adopt_blade_images({image(), std::move(blades)}, no_progress));
    };
    EXPECT_EQ(adopt({samples::server()}).error().code(), ErrorCode::not_found);
    EXPECT_EQ(adopt({blade(), other_blade()}),
              "blade images of granite: 1 adopted, 1 known already");
    EXPECT_EQ(journal.story(other_blade()).value().size(), 1u);
}

TEST_F(ImageEditsTest, TheSharedRootOfANewImageIsOffered) {
    const api::ImportImage request{image(),
                                   model::Architecture::ppc64,
                                   model::MasterSource::parse("/srv/granite").value(),
                                   {"usr"},
                                   "/sbin/init",
                                   1 << 24,
                                   {"/proc/*", "lost+found"}};
    EXPECT_EQ(finish(image_edits.import_image(request, no_progress)),
              "image granite generation 1 imported from /srv/granite\n"
              "left out: /proc/* lost+found");
    const auto exports = services.nfs().exports();
    ASSERT_EQ(exports.size(), 1u);
    EXPECT_EQ(exports[0].path, "/shared/granite/1");
    EXPECT_FALSE(exports[0].is_writable);
    EXPECT_EQ(finish(image_edits.import_image(request, no_progress)).error().code(),
              ErrorCode::already_exists);
}

TEST_F(ImageEditsTest, AnUpdateTellsWhatItLeftOutWhenItWasTold) {
    add_image();
    const api::ImageSource source{.source = model::MasterSource::parse("/srv/granite").value(),
                                  .exclude = {"/proc/*", "lost+found"},
                                  .one_file_system = false};
    EXPECT_EQ(finish(image_edits.update_image({image(), source, ""}, no_progress)),
              "image granite generation 2 made of /srv/granite\n"
              "left out: /proc/* lost+found");
    EXPECT_EQ(finish(image_edits.update_image({image(), {}, ""}, no_progress)),
              "image granite generation 3 made of the master of the last time");
}

}  // namespace
}  // namespace dim::server
