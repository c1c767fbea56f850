#include "imageserver/edit/edit_fixture.hpp"

#include <algorithm>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using samples::blade;
using samples::image;
using samples::other_blade;
using ::testing::HasSubstr;
using ::testing::Not;

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

TEST_F(ImageEditsTest, APinIsToldToItsBladesAndKept) {
    add_image();
    const auto pin = [&](std::uint32_t generation, std::vector<model::ComponentName> blades) {
        return finish(image_edits.pin_blades(
            {image(), *model::Generation::from_number(generation), std::move(blades)}));
    };
    EXPECT_FALSE(pin(1, {}));
    EXPECT_EQ(pin(1, {samples::server()}).error().code(), ErrorCode::not_found);
    EXPECT_EQ(pin(3, {blade(), other_blade()}), "2 blades pinned to generation 3 of image granite");
    EXPECT_EQ(journal.story(other_blade()).value().size(), 1u);
    ASSERT_TRUE(create({blade()}));
    EXPECT_EQ(images.blade_image(blade(), image())->generation.number(), 3U);
    EXPECT_EQ(pin(1, {blade()}).error().code(), ErrorCode::conflict);
    const auto unpin = [&] {
        return finish(image_edits.unpin_blades({image(), {blade(), other_blade()}}));
    };
    EXPECT_EQ(unpin(), "2 blades no longer pinned to a generation of image granite");
    EXPECT_EQ(unpin(), "no generation of image granite was pinned for 2 blades");
    EXPECT_EQ(journal.story(other_blade()).value().size(), 2u);
}

TEST_F(ImageEditsTest, ANewKernelIsInTheBootFileAtOnce) {
    add_image();
    const auto update = [&] {
        return finish(image_edits.update_image({image(), {}, ""}, no_progress)).value();
    };
    EXPECT_THAT(update(), Not(HasSubstr("boot file"))) << "there is none to be renewed";
    add_boot_file();
    EXPECT_THAT(update(), Not(HasSubstr("boot file")));
    boot_files.next_kernel = "6.1.0-51-amd64";
    EXPECT_THAT(update(), HasSubstr("built, kernel 6.1.0-51-amd64: in force at the next boot"));
    EXPECT_EQ(boot_files.current(image()).value()->kernel, "6.1.0-51-amd64");
    boot_files.is_broken = true;
    EXPECT_THAT(update(), HasSubstr("the boot file stays as it was: the image has no"));
    EXPECT_EQ(boot_files.current(image()).value()->kernel, "6.1.0-51-amd64");
}

TEST_F(ImageEditsTest, BootFilesOfPlatformsAreMadeWithThatOfTheImage) {
    add_image();
    boot_files.wanted_drivers = {"nfp"};
    const auto build = [&] {
        return finish(image_edits.build_boot_file({image(), {}, {}}, no_progress)).value();
    };
    boot_files.is_broken = true;
    EXPECT_THAT(build(), HasSubstr("\nboot files of platforms are missing: there is no "
                                   "module nfp"));
    boot_files.is_broken = false;
    EXPECT_THAT(build(), HasSubstr("zImage+driver nfp built, with nfp"));
    EXPECT_THAT(build(), Not(HasSubstr("nfp"))) << "it is there";
}

TEST_F(ImageEditsTest, EarlierGenerationsThatLackWhatIsWishedForAreANote) {
    add_image();
    boot_files.kept = {Error(ErrorCode::not_found, "generation 1: there is no module nfp")};
    auto edit = image_edits.build_boot_file({image(), {}, {}}, no_progress);
    ASSERT_TRUE(edit);
    EXPECT_TRUE(edit->needs.dhcp);
    EXPECT_THAT(edit->done, HasSubstr("\nkept the boot file that it had: generation 1: "));
}

TEST_F(ImageEditsTest, WhatDriversOfABootFileLackIsTold) {
    add_image();
    boot_files.lacking = {"firmware that the image does not have: for bnx2 (bnx2/mips.fw)"};
    EXPECT_THAT(finish(image_edits.build_boot_file({image(), {}, {}}, no_progress)).value(),
                HasSubstr("\nfirmware that the image does not have: for bnx2"));
    EXPECT_THAT(finish(image_edits.update_image({image(), {}, ""}, no_progress)).value(),
                Not(HasSubstr("firmware")))
        << "it was told with the boot file";
    boot_files.next_kernel = "6.1.0-51-amd64";
    EXPECT_THAT(finish(image_edits.update_image({image(), {}, ""}, no_progress)).value(),
                HasSubstr("\nfirmware that the image does not have: for bnx2"));
}

TEST_F(ImageEditsTest, ProgressOfBladesThatAreMadeAtOnceIsToldInOrder) {
    add_image();
    std::vector<std::uint64_t> steps;
    const auto made = image_edits.create_blade_images(
        {image(), {blade(), other_blade()}},
        [&](std::string_view, std::uint64_t step, std::uint64_t of) {
            steps.push_back(step);
            EXPECT_EQ(of, 2U);
        });
    ASSERT_TRUE(made);
    EXPECT_TRUE(std::ranges::is_sorted(steps));
    EXPECT_EQ(steps.back(), 2U);
    EXPECT_EQ(journal.story(blade()).value().size(), 1u);
    EXPECT_EQ(journal.story(other_blade()).value().size(), 1u);
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

TEST_F(ImageEditsTest, TellsHowBladesStartAndMountIt) {
    add_image();
    EXPECT_EQ(finish(image_edits.set_image({.name = image(),
                                            .init = "/lib/systemd/systemd",
                                            .nfs_version = {},
                                            .nfs_actimeo_seconds = 10,
                                            .nfs_nconnect = 4})),
              "image granite: init /lib/systemd/systemd, NFS 4.1, attributes are kept 10 s, TCP "
              "connections: 4; in force at each blade's next boot");
    const auto set = [&](const std::string& rules) {
        return finish(image_edits.set_image({.name = image(),
                                             .init = {},
                                             .nfs_version = {},
                                             .nfs_actimeo_seconds = {},
                                             .nfs_nconnect = {},
                                             .on_conflict = model::ConflictPolicy::keep,
                                             .keep_out = rules}));
    };
    EXPECT_EQ(set("/srv/"), "image granite: conflicts: keep, merged: all, kept out: /srv/; in "
                            "force at the next sync");
    EXPECT_EQ(set(""), "image granite: conflicts: keep, merged: all, kept out: nothing; in force "
                       "at the next sync");
}

TEST_F(ImageEditsTest, TheSharedRootOfANewImageIsOffered) {
    const api::ImportImage request{image(),
                                   model::Architecture::ppc64,
                                   model::MasterSource::parse("/srv/granite").value(),
                                   std::vector<std::string>{"usr"},
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
