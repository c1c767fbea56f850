#include "imageserver/image/image_store_test_fixture.hpp"

#include <algorithm>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::value_of;

/// An image with two blade images, one of an older generation and one pinned, and one in the trash.
class RenamedImage : public testing::ImageStoreTest {
protected:
    RenamedImage() {
        import();
        create("s01c1b01");
        testing::write(root_of(granite) + "/var/state", "precious");
        create("s01c1b03");
        value_of(store->delete_blade_image(blade_name("s01c1b03"), granite));
        testing::run({"cp", "-a", tree, old_tree});
        testing::write(tree + "/usr/lib/new", "new");
        testing::write(tree + "/etc/motd", "new");
        EXPECT_TRUE(value_of(store->update_image({.name = granite, .source = {}, .label = "second"},
                                                 quiet()))
                        .generation);
        create("s01c1b02");
        const std::array blades{blade_name("s01c1b02")};
        value_of(store->pin_blades(granite, number(2), blades));
    }
    std::string root_of(const model::ImageName& image, std::string_view blade = "s01c1b01") const {
        return store->mount_point(blade_name(blade), image);
    }
    Result<void> rename() const { return store->rename_image(granite, slate); }

    std::vector<std::string> mounts_of(const model::ImageName& image) const {
        std::vector<std::string> found;
        for (const sys::MountEntry& entry : value_of(sys::mounts()))
            if (entry.target.starts_with(state) &&
                (entry.target + "/").contains("/" + image.text() + "/"))
                found.push_back(entry.target);
        return found;
    }
    /// Files and directories that have NAME in theirs.
    std::vector<std::string> paths_with(const std::string& name) const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(state)) {
            const std::string path = entry.path().string().substr(state.size());
            const bool is_in_image = path.starts_with("/images/") && path.contains("/shared/");
            if (!is_in_image && !path.starts_with("/mounts/blades/s01c1b01/" + name + "/") &&
                path.contains(name))
                found.push_back(path);
        }
        return found;
    }
    /// All that is of the image is there by the name NAME, and nothing by the name OTHER.
    void expect_whole(const model::ImageName& name, const model::ImageName& other) const {
        SCOPED_TRACE(name.text());
        EXPECT_EQ(store->image(other).error().code(), ErrorCode::not_found);
        EXPECT_THAT(mounts_of(other), IsEmpty());
        EXPECT_THAT(paths_with(other.text()), IsEmpty());
        EXPECT_THAT(value_of(store->unknown_files()), IsEmpty());
        const auto generations = value_of(store->generations(name));
        ASSERT_EQ(generations.size(), 2U);
        EXPECT_EQ(generations.back().label, "second");
        EXPECT_EQ(generations.back().pinned, 1U);
        EXPECT_EQ(testing::differences(old_tree + "/usr",
                                       store->shared_mount_point(name, first) + "/usr"),
                  "");
        EXPECT_EQ(testing::differences(tree + "/usr",
                                       store->shared_mount_point(name, number(2)) + "/usr"),
                  "");
        EXPECT_EQ(value_of(sys::read_file(root_of(name) + "/var/state")), "precious");
        EXPECT_EQ(value_of(sys::read_file(root_of(name, "s01c1b02") + "/etc/motd")), "new");
        for (const api::BladeImage& image : value_of(store->blade_images()))
            EXPECT_EQ(image.cause, std::nullopt) << image.path;
        EXPECT_THAT(value_of(store->check_image(name)).differences, IsEmpty());
        const auto trashed = value_of(store->trash()).images;
        ASSERT_EQ(trashed.size(), 1U);
        EXPECT_EQ(trashed.front().image, name);
        EXPECT_TRUE(sys::stat(trashed.front().path)) << trashed.front().path;
    }

    const std::string old_tree = directory / "old";
    const model::ImageName slate = testing::image_name("slate");
};

TEST_F(RenamedImage, TakesAllThatIsOfItAlong) {
    value_of(rename());
    expect_whole(slate, granite);
    value_of(store->restore_blade_image(blade_name("s01c1b03"), slate));
    value_of(store->delete_blade_image(blade_name("s01c1b03"), slate));
    EXPECT_TRUE(value_of(store->update_image({.name = slate, .source = {}, .label = ""}, quiet()))
                    .notes.empty());
    reopen();
    EXPECT_THAT(store->restore_mounts(), IsEmpty());
    expect_whole(slate, granite);
    import();
    value_of(store->create_blade_image(blade_name("s01c1b01"), granite, quiet()));
}

TEST_F(RenamedImage, KeepsItsNameWhileABladeMayBeUsingIt) {
    value_of(store->set_exported(blade_name("s01c1b02"), granite, true));
    const auto exported = rename();
    ASSERT_FALSE(exported);
    EXPECT_EQ(exported.error().code(), ErrorCode::conflict);
    EXPECT_THAT(exported.error().message(), HasSubstr("s01c1b02"));
    value_of(store->set_exported(blade_name("s01c1b02"), granite, false));
    {
        const sys::Fd in_use = value_of(sys::open(root_of(granite) + "/var/state", O_RDONLY));
        EXPECT_FALSE(rename());
    }
    expect_whole(granite, slate);
    value_of(rename());
    expect_whole(slate, granite);
}

TEST_F(RenamedImage, IsNotCalledWhatIsThereAlready) {
    EXPECT_EQ(store->rename_image(slate, granite).error().code(), ErrorCode::not_found);
    EXPECT_EQ(store->rename_image(granite, granite).error().code(), ErrorCode::invalid_input);
    value_of(store->import_image(request("slate"), quiet()));
    EXPECT_EQ(rename().error().code(), ErrorCode::already_exists);
    value_of(store->create_blade_image(blade_name("s01c1b01"), slate, quiet()));
    value_of(store->delete_blade_image(blade_name("s01c1b01"), slate));
    value_of(store->remove_image(slate));
    const auto in_trash = rename();
    ASSERT_FALSE(in_trash);
    EXPECT_EQ(in_trash.error().code(), ErrorCode::already_exists);
    EXPECT_THAT(in_trash.error().cure(), HasSubstr("dim blade purge s01c1b01 slate"));
    value_of(store->purge_blade_images(blade_name("s01c1b01"), slate));
    const std::string file = state + "/blades/s01c1b02/slate.img";
    testing::write(file, "unknown");
    EXPECT_THAT(rename().error().message(), HasSubstr(file));
    value_of(sys::unlink(file));
    value_of(sys::mkdir(state + "/images/slate"));
    EXPECT_EQ(rename().error().code(), ErrorCode::already_exists);
    value_of(sys::rmdir(state + "/images/slate"));
    expect_whole(granite, testing::image_name("basalt"));
}

TEST_F(RenamedImage, WhatWasBegunIsFinishedBeforeAnythingElse) {
    {
        // As a daemon that was killed right after it said what it was going to do.
        ImageCatalog catalog(*database);
        value_of(catalog.renames().begin({granite, slate}));
    }
    EXPECT_EQ(store->create_blade_image(blade_name("s01c1b09"), granite, quiet()).error().code(),
              ErrorCode::not_found);
    EXPECT_THAT(store->restore_mounts(), IsEmpty());
    expect_whole(slate, granite);
}

TEST_F(RenamedImage, KilledAnywhereItHasOneNameOrTheOther) {
    kill_anywhere(
        20, [&](int) { value_of(rename()); },
        [&](int) {
            const bool is_renamed = store->image(slate).has_value();
            expect_whole(is_renamed ? slate : granite, is_renamed ? granite : slate);
            if (is_renamed) value_of(store->rename_image(slate, granite));
        });
}

}  // namespace
}  // namespace dim::server
