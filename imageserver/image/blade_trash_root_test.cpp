#include "imageserver/image/image_store_test_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::value_of;

constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1'000'000;

class BladeTrashTest : public testing::ImageStoreTest {
protected:
    BladeTrashTest() { import(); }

    /// A blade image in which TEXT was written.
    void create_with(const std::string& text) {
        create("s01c1b01");
        testing::write(store->mount_point(blade, granite) + "/var/state", text);
    }
    std::string state_text() const {
        return value_of(sys::read_file(store->mount_point(blade, granite) + "/var/state"));
    }
    std::vector<std::string> files() const { return value_of(sys::list_names(state + "/trash")); }

    const model::ComponentName blade = blade_name("s01c1b01");
};

TEST_F(BladeTrashTest, WhatIsNotThereIsNotRestoredNorPurged) {
    EXPECT_EQ(store->restore_blade_image(blade, granite).error().code(), ErrorCode::not_found);
    EXPECT_EQ(store->purge_blade_images(blade, granite).error().code(), ErrorCode::not_found);
}

TEST_F(BladeTrashTest, ADeletedImageComesBackWithAllTheBladeWrote) {
    create_with("precious");
    value_of(store->delete_blade_image(blade, granite));
    EXPECT_FALSE(sys::stat(blade_file("s01c1b01")));
    const api::TrashList list = value_of(store->trash());
    ASSERT_EQ(list.images.size(), 1U);
    EXPECT_EQ(list.days, 7U);
    EXPECT_EQ(list.images.front().path, state + "/trash/s01c1b01-granite-1.img");
    EXPECT_EQ(list.images.front().reason, "deleted by an administrator");
    EXPECT_GT(list.images.front().used_bytes, 0U);
    EXPECT_EQ(list.images.front().seconds_left, 7 * 86400.0);
    value_of(store->restore_blade_image(blade, granite));
    EXPECT_EQ(state_text(), "precious");
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_FALSE(value_of(store->blade_image(blade, granite)).is_exported);
}

TEST_F(BladeTrashTest, TheNewestComesBackAndNotOverANewOne) {
    for (const char* text : {"first", "second"}) {
        create_with(text);
        value_of(store->delete_blade_image(blade, granite));
    }
    create_with("third");
    const auto refused = store->restore_blade_image(blade, granite);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::already_exists);
    EXPECT_EQ(state_text(), "third");
    value_of(store->delete_blade_image(blade, granite));
    value_of(store->restore_blade_image(blade, granite));
    EXPECT_EQ(state_text(), "third");
    EXPECT_EQ(files().size(), 2U);
    EXPECT_EQ(value_of(store->purge_blade_images(blade, granite)), 2U);
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_EQ(state_text(), "third");
}

TEST_F(BladeTrashTest, AnImageThatCannotBeMountedStaysInTheTrash) {
    create_with("x");
    value_of(store->delete_blade_image(blade, granite));
    const std::string file = value_of(store->trash()).images.front().path;
    testing::write(file, "no file system");
    EXPECT_FALSE(store->restore_blade_image(blade, granite));
    EXPECT_FALSE(sys::stat(blade_file("s01c1b01")));
    EXPECT_TRUE(sys::stat(file));
    EXPECT_EQ(value_of(store->trash()).images.size(), 1U);
    EXPECT_TRUE(store->delete_blade_image(blade, granite).error().code() == ErrorCode::not_found);
}

TEST_F(BladeTrashTest, ItsSpaceIsTakenUntilItIsPurged) {
    create_with("x");
    const DiskSpace before = value_of(store->disk_space());
    value_of(store->delete_blade_image(blade, granite));
    const DiskSpace trashed = value_of(store->disk_space());
    EXPECT_EQ(trashed.allocated, before.allocated);
    EXPECT_EQ(trashed.committed, trashed.allocated);
    value_of(store->purge_blade_images(blade, granite));
    const DiskSpace purged = value_of(store->disk_space());
    EXPECT_EQ(purged.allocated, 0U);
    EXPECT_GT(purged.free, trashed.free);
}

TEST_F(BladeTrashTest, WhatIsOldGoesAndAClockThatJumpsIsNoAge) {
    create_with("x");
    value_of(store->delete_blade_image(blade, granite));
    EXPECT_EQ(value_of(store->collect_trash(100 * kDay)), 0U) << "since when is unknown";
    EXPECT_EQ(value_of(store->collect_trash(104 * kDay)), 0U);
    reopen();
    EXPECT_EQ(value_of(store->collect_trash(500 * kDay)), 0U) << "the daemon did not run";
    EXPECT_EQ(value_of(store->collect_trash(2 * kDay)), 0U) << "the server was started";
    EXPECT_EQ(value_of(store->trash()).images.front().seconds_left, 3 * 86400.0);
    EXPECT_EQ(value_of(store->collect_trash(5 * kDay)), 1U);
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_THAT(value_of(store->trash()).images, IsEmpty());
}

TEST_F(BladeTrashTest, NothingGoesByItselfWhenToldSo) {
    store.reset();
    store = std::make_unique<ImageStore>(value_of(ImageStore::open(
        {.state_directory = state, .provisioning = provisioning, .trash_days = 0}, *database)));
    create_with("x");
    value_of(store->delete_blade_image(blade, granite));
    for (const std::int64_t day : {1, 2, 3000})
        EXPECT_EQ(value_of(store->collect_trash(day * kDay)), 0U);
    EXPECT_EQ(value_of(store->trash()).images.front().seconds_left, std::nullopt);
}

TEST_F(BladeTrashTest, ATrashOnAnotherDiskChangesNothing) {
    create_with("x");
    value_of(sys::mount("elsewhere", state + "/trash", "tmpfs", 0, "size=1m"));
    const auto refused = store->delete_blade_image(blade, granite);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("another file system"));
    EXPECT_EQ(state_text(), "x");
    EXPECT_THAT(value_of(store->trash()).images, IsEmpty());
}

TEST_F(BladeTrashTest, AFileThatIsGoneLeavesNoRow) {
    create_with("x");
    value_of(sys::unlink(blade_file("s01c1b01")));
    value_of(store->delete_blade_image(blade, granite));
    EXPECT_THAT(value_of(store->trash()).images, IsEmpty());
    EXPECT_THAT(value_of(store->blade_images()), IsEmpty());
}

}  // namespace
}  // namespace dim::server
