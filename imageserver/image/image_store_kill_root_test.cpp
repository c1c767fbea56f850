#include "imageserver/image/image_store_test_fixture.hpp"
#include "libdim/testing/kill_at_call.hpp"

#include <set>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using testing::image_name;
using ::testing::IsEmpty;
using testing::value_of;

constexpr std::size_t kKills = 20;

/// A daemon that is killed while it imports, creates and deletes.
class KilledStore : public testing::ImageStoreTest {
protected:
    /// What the victim does; each round has an image of its own, every second one from an archive.
    void work(const model::ImageName& image, bool is_archive) {
        reopen();
        api::ImportImage import = request(image.text());
        if (is_archive) import.source = value_of(model::MasterSource::parse(archive));
        value_of(store->import_image(import, quiet()));
        for (const char* blade : {"s01c1b01", "s01c1b02"})
            value_of(store->create_blade_image(blade_name(blade), image, quiet()));
        value_of(store->delete_blade_image(blade_name("s01c1b01"), image));
    }

    const std::string archive = directory / "tree.tar";

    void expect_whole(const model::ImageName& image) {
        const auto summary = store->image(image);
        if (!summary) {
            EXPECT_FALSE(sys::stat(state + "/images/" + image.text()));
            return;
        }
        EXPECT_EQ(
            testing::differences(tree + "/usr", store->shared_directory(image, first) + "/usr"),
            "");
        EXPECT_THAT(value_of(sys::list_names(state + "/images/" + image.text())),
                    ::testing::ElementsAre("1.golden.cache", "1.golden.manifest", "1.shared.cache",
                                           "1.shared.manifest", "golden.img", "shared",
                                           "shared.img"));
        EXPECT_THAT(value_of(store->check_image(image)).differences, IsEmpty());
        EXPECT_TRUE(value_of(store->image_details(image)).golden_image);
    }

    void expect_blade_images_whole() {
        std::set<std::string> files;
        for (const api::BladeImage& record : value_of(store->blade_images())) {
            files.insert(record.path);
            EXPECT_EQ(record.cause, std::nullopt);
            EXPECT_EQ(value_of(sys::read_file(store->mount_point(record.blade, record.image) +
                                              "/etc/hostname")),
                      record.blade.text() + "\n");
        }
        const std::string blades = state + "/blades";
        for (const std::string& blade : value_of(sys::list_names(blades)))
            for (const std::string& name : value_of(sys::list_names(blades + "/" + blade)))
                EXPECT_TRUE(files.contains(blades + "/" + blade + "/" + name)) << name;
    }

    void expect_only_known_mounts() {
        std::size_t expected = 2;  // the disk, and what covers the mount points
        expected += 2 * value_of(store->images()).size() + value_of(store->blade_images()).size();
        std::size_t found = 0;
        for (const sys::MountEntry& entry : value_of(sys::mounts()))
            if (entry.target.starts_with(state)) ++found;
        EXPECT_EQ(found, expected);
    }
};

/// A daemon that is killed while it moves blade images to the trash, back, and out of it.
class KilledTrash : public KilledStore {
protected:
    void work() {
        reopen();
        value_of(store->delete_blade_image(blade, granite));
        value_of(store->restore_blade_image(blade, granite));
        value_of(store->delete_blade_image(other, granite));
        value_of(store->purge_blade_images(other, granite));
    }

    /// In its place or in the trash, never both nor neither, with all that the blade wrote.
    void expect_in_one_place() {
        const auto placed = store->blade_image(blade, granite);
        std::vector<api::TrashedBladeImage> trashed = value_of(store->trash()).images;
        std::erase_if(trashed, [&](const auto& image) { return image.blade != blade; });
        EXPECT_EQ(trashed.size() + (placed ? 1 : 0), 1U);
        if (!placed && !trashed.empty()) value_of(store->restore_blade_image(blade, granite));
        EXPECT_EQ(value_of(sys::read_file(store->mount_point(blade, granite) + "/var/state")),
                  "precious");
    }
    void expect_no_other_file() {
        std::set<std::string> files;
        for (const api::TrashedBladeImage& image : value_of(store->trash()).images)
            files.insert(image.path);
        for (const std::string& name : value_of(sys::list_names(state + "/trash")))
            EXPECT_TRUE(files.contains(state + "/trash/" + name)) << name;
    }

    const model::ComponentName blade = blade_name("s01c1b01");
    const model::ComponentName other = blade_name("s01c1b02");
};

TEST_F(KilledTrash, HasAnImageWhollyOrNotAtAll) {
    import();
    create("s01c1b01");
    create("s01c1b02");
    testing::write(store->mount_point(blade, granite) + "/var/state", "precious");
    close();
    const std::size_t kills = dim::testing::kill_at_calls(
        2 * kKills, [&] { work(); },
        [&] {
            reopen();
            EXPECT_THAT(store->restore_mounts(), IsEmpty());
            expect_no_other_file();
            expect_in_one_place();
            expect_blade_images_whole();
            expect_only_known_mounts();
            if (!store->blade_image(other, granite)) create("s01c1b02");
            close();
        });
    EXPECT_GE(kills, kKills);
}

TEST_F(KilledStore, IsWholeAfterwards) {
    int round = 0;
    testing::run({"tar", "-C", tree, "--xattrs", "--acls", "-cf", archive, "."});
    const auto image = [&] { return image_name("round" + std::to_string(round)); };
    close();
    const std::size_t kills = dim::testing::kill_at_calls(
        kKills, [&] { work(image(), round % 2 != 0); },
        [&] {
            SCOPED_TRACE(image().text());
            reopen();
            EXPECT_THAT(store->restore_mounts(), IsEmpty());
            expect_whole(image());
            expect_blade_images_whole();
            expect_only_known_mounts();
            close();
            ++round;
        });
    EXPECT_GE(kills, kKills);
}

}  // namespace
}  // namespace dim::server
