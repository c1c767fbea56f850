#include "imageserver/image/image_file.hpp"
#include "imageserver/image/image_store_test_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::value_of;

constexpr std::uint64_t kXfsSize = std::uint64_t{320} << 20;

/// Blade images with xfs in them; thin, as the disk of the test is small.
class XfsImages : public testing::ImageStoreTest {
protected:
    XfsImages() {
        provisioning = Provisioning::thin();
        reopen();
        api::ImportImage xfs = request();
        xfs.file_system = model::FileSystem::xfs;
        xfs.blade_image_bytes = kXfsSize;
        value_of(store->import_image(xfs, quiet()));
        create("s01c1b01");
        create("s01c1b02");
    }
    static std::uint64_t space_of(const std::string& directory) {
        return value_of(sys::statfs(directory)).total_bytes;
    }
};

TEST_F(XfsImages, AreMountedSideBySideAndHoldWhatTheMasterHas) {
    EXPECT_EQ(value_of(store->image(granite)).file_system, model::FileSystem::xfs);
    for (const char* blade : {"s01c1b01", "s01c1b02"}) {
        EXPECT_EQ(value_of(sys::mount_at(root_of(blade))).type, "xfs");
        EXPECT_THAT(
            testing::differences(tree, root_of(blade), {"/usr/*", "/opt/*", "/etc/hostname"}),
            ::testing::AnyOf("", ".d..t...... etc/\n"));
    }
    reopen();
    EXPECT_THAT(store->restore_mounts(), IsEmpty());
    EXPECT_EQ(value_of(store->mount_state(blade_name("s01c1b02"), granite)), MountState::mounted);
}

TEST_F(XfsImages, GrowInUseAndNeverShrink) {
    const std::string root = root_of("s01c1b01");
    const std::uint64_t before = space_of(root);
    testing::write(root + "/precious", "kept");
    const sys::Fd in_use = value_of(sys::open(root + "/precious", O_RDONLY));
    value_of(store->set_exported(blade_name("s01c1b01"), granite, true));
    value_of(store->resize_blade_image(blade_name("s01c1b01"), granite, 2 * kXfsSize));
    EXPECT_GT(space_of(root), before + kXfsSize * 3 / 4);
    EXPECT_EQ(value_of(sys::read_file(root + "/precious")), "kept");
    EXPECT_EQ(value_of(store->blade_image(blade_name("s01c1b01"), granite)).size_bytes,
              2 * kXfsSize);
    value_of(store->resize_blade_image(blade_name("s01c1b02"), granite, 2 * kXfsSize));
    const auto smaller =
        store->resize_blade_image(blade_name("s01c1b02"), granite, kXfsSize + 4096);
    ASSERT_FALSE(smaller);
    EXPECT_THAT(smaller.error().message(), HasSubstr("xfs can only become larger"));
    EXPECT_EQ(value_of(store->mount_state(blade_name("s01c1b02"), granite)), MountState::mounted);
}

TEST_F(XfsImages, FollowTheGenerations) {
    testing::write(tree + "/etc/motd", "second");
    ASSERT_TRUE(value_of(store->update_image({.name = granite, .source = {}, .label = ""}, quiet()))
                    .generation);
    create("s01c1b03");
    EXPECT_EQ(value_of(sys::read_file(root_of("s01c1b03") + "/etc/motd")), "second");
    EXPECT_FALSE(sys::stat(root_of("s01c1b01") + "/etc/motd"));
}

TEST_F(XfsImages, AreAdoptedAsWhatTheyAre) {
    lose_database();
    value_of(store->adopt_image({granite, model::Architecture::ppc64, "/sbin/init"}));
    value_of(store->adopt_blade_image(blade_name("s01c1b01"), granite));
    EXPECT_EQ(value_of(store->image(granite)).file_system, model::FileSystem::xfs);
    std::filesystem::resize_file(blade_file("s01c1b02"), kXfsSize - 4096);
    EXPECT_THAT(store->adopt_blade_image(blade_name("s01c1b02"), granite).error().message(),
                HasSubstr("ends before its file system"));
}

}  // namespace
}  // namespace dim::server
