#include "imageserver/image/generations_test_fixture.hpp"
#include "imageserver/image/image_catalog.hpp"

#include <algorithm>
#include <array>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::value_of;

/// An image of three generations, the newest of which no blade needs.
class PinnedImages : public testing::GenerationsTest {
protected:
    PinnedImages() {
        import();
        keep_master_of(1);
        testing::write(tree + "/usr/bin/tool.new", "second", 0755);
        value_of(sys::rename(tree + "/usr/bin/tool.new", tree + "/usr/bin/tool"));
        testing::write(tree + "/usr/lib/second", "second");
        testing::write(tree + "/etc/motd", "second");
        // Of another type, one name of two, and away with another file.
        testing::run({"rm", tree + "/var/dangling", tree + "/var/two"});
        value_of(sys::mkdir(tree + "/var/dangling"));
        testing::write(tree + "/var/dangling/in-it", "second");
        value_of(sys::chmod(tree + "/etc", 0700));
        EXPECT_TRUE(update());
        keep_master_of(2);
        testing::run({"rm", "-r", tree + "/var/dangling", tree + "/var/sparse", tree + "/usr/lib"});
        testing::write(tree + "/etc/motd", "third");
        EXPECT_TRUE(update());
        keep_master_of(3);
    }
    Result<void> pin(std::string_view blade, std::uint32_t generation) const {
        const model::ComponentName name = blade_name(blade);
        return store->pin_blades(granite, number(generation), {&name, 1});
    }
    std::uint64_t unpin(std::string_view blade) const {
        const model::ComponentName name = blade_name(blade);
        return value_of(store->unpin_blades(granite, {&name, 1}));
    }
    static bool is_mounted(const std::string& directory) {
        return std::ranges::any_of(value_of(sys::mounts()), [&](const sys::MountEntry& entry) {
            return entry.target == directory;
        });
    }
    std::vector<std::uint32_t> pinned() const {
        std::vector<std::uint32_t> counts;
        for (const api::ImageGeneration& one : value_of(store->generations(granite)))
            counts.push_back(one.pinned);
        return counts;
    }
};

TEST_F(PinnedImages, ANewBladeImageIsWhatTheMasterWasThen) {
    ASSERT_TRUE(pin("s01c1b01", 1));
    ASSERT_TRUE(pin("s01c1b02", 2));
    for (const char* blade : {"s01c1b01", "s01c1b02", "s01c1b03"})
        create(blade);
    expect_has("s01c1b01", 1);
    expect_has("s01c1b02", 2);
    expect_has("s01c1b03", 3);
    EXPECT_EQ(value_of(sys::read_file(root_of("s01c1b01") + "/etc/hostname")), "s01c1b01\n");
    EXPECT_TRUE(value_of(store->blade_image(blade_name("s01c1b01"), granite)).is_pinned);
    EXPECT_FALSE(value_of(store->blade_image(blade_name("s01c1b03"), granite)).is_pinned);
    EXPECT_THAT(pinned(), ElementsAre(1, 1, 0));
    // What has two names in the master has two of one file in the blade image.
    EXPECT_EQ(value_of(sys::stat(root_of("s01c1b01") + "/var/two")).inode,
              value_of(sys::stat(root_of("s01c1b01") + "/var/lib/one")).inode);
    value_of(sys::umount(store->shared_mount_point(granite, number(1))));
    reopen();
    EXPECT_THAT(store->restore_mounts(), IsEmpty());
    expect_has("s01c1b01", 1);
}

TEST_F(PinnedImages, MadeAnewItIsOfThatGenerationAgain) {
    ASSERT_TRUE(pin("s01c1b01", 2));
    for (int round = 0; round < 2; ++round) {
        create("s01c1b01");
        expect_has("s01c1b01", 2);
        value_of(store->delete_blade_image(blade_name("s01c1b01"), granite));
    }
    // As long as there is none, the pin may change; what is in the trash does not come back then.
    ASSERT_TRUE(pin("s01c1b01", 1));
    const auto refused = store->restore_blade_image(blade_name("s01c1b01"), granite);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_THAT(refused.error().cure(), HasSubstr("dim image unpin s01c1b01 granite"));
    EXPECT_EQ(unpin("s01c1b01"), 1U);
    value_of(store->restore_blade_image(blade_name("s01c1b01"), granite));
    expect_has("s01c1b01", 2);
    ASSERT_TRUE(pin("s01c1b01", 2));
}

TEST_F(PinnedImages, AnImageOfAnotherGenerationIsNotPinned) {
    create("s01c1b01");
    const std::array blades{blade_name("s01c1b02"), blade_name("s01c1b01")};
    const auto refused = store->pin_blades(granite, number(1), blades);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_THAT(refused.error().message(), HasSubstr("than 1: s01c1b01 (3)"));
    EXPECT_THAT(pinned(), ElementsAre(0, 0, 0)) << "all or none";
    ASSERT_TRUE(pin("s01c1b01", 3));
    EXPECT_EQ(pin("s01c1b01", 4).error().code(), ErrorCode::not_found);
    const auto unknown = store->pin_blades(testing::image_name("slate"), number(1), blades);
    EXPECT_EQ(unknown.error().code(), ErrorCode::not_found);
}

TEST_F(PinnedImages, APinnedGenerationIsNotCollected) {
    ASSERT_TRUE(pin("s01c1b01", 1));
    EXPECT_THAT(collect_unused(), ElementsAre(number(2)));
    create("s01c1b01");
    expect_has("s01c1b01", 1);
    value_of(store->delete_blade_image(blade_name("s01c1b01"), granite));
    value_of(store->purge_blade_images(blade_name("s01c1b01"), granite));
    EXPECT_THAT(collect_unused(), IsEmpty());
    EXPECT_EQ(unpin("s01c1b01"), 1U);
    EXPECT_THAT(collect_unused(), ElementsAre(number(1)));
    EXPECT_EQ(pin("s01c1b01", 1).error().code(), ErrorCode::not_found);
}

TEST_F(PinnedImages, TheImageGoesWithPinsThatNoBladeNeeds) {
    ASSERT_TRUE(pin("s01c1b01", 1));
    value_of(store->remove_image(granite));
    import();
    EXPECT_THAT(pinned(), ElementsAre(0));
}

TEST_F(PinnedImages, AnAdoptedBladeImageIsOfThePinnedGeneration) {
    ASSERT_TRUE(pin("s01c1b01", 1));
    create("s01c1b01");
    value_of(sys::umount(root_of("s01c1b01")));
    store.reset();
    // As a copy of the database from before it was made.
    value_of(ImageCatalog(*database).forget_blade_image(blade_name("s01c1b01"), granite));
    reopen();
    value_of(store->adopt_blade_image(blade_name("s01c1b01"), granite));
    expect_has("s01c1b01", 1);
}

TEST_F(PinnedImages, WhatIsLostOfAGenerationIsToldAndNothingIsLeft) {
    ASSERT_TRUE(pin("s01c1b01", 1));
    value_of(sys::unlink(state + "/images/granite/past/1/var/dangling"));
    const auto refused = store->create_blade_image(blade_name("s01c1b01"), granite, quiet());
    ASSERT_FALSE(refused);
    EXPECT_THAT(to_string(refused.error()), HasSubstr("var/dangling"));
    EXPECT_FALSE(sys::stat(blade_file("s01c1b01")));
    EXPECT_FALSE(store->blade_image(blade_name("s01c1b01"), granite));
    create("s01c1b02");
    expect_has("s01c1b02", 3);
}

TEST_F(PinnedImages, NobodyMountsWhatIsCloned) {
    ASSERT_TRUE(pin("s01c1b01", 1));
    create("s01c1b01");
    EXPECT_FALSE(is_mounted(state + "/images/granite/golden"));
    const auto nothing =
        store->roll_back_image({.name = granite, .generation = number(3), .label = ""}, quiet());
    EXPECT_FALSE(value_of(nothing)) << "it is that already";
    EXPECT_FALSE(is_mounted(state + "/images/granite/golden"));
}

TEST_F(PinnedImages, KilledAnywhereABladeImageIsOfThatGenerationOrNotThere) {
    const auto name = [](int round) { return "s01c1b" + std::to_string(10 + round); };
    kill_anywhere(
        20,
        [&](int round) {
            value_of(pin(name(round), 1 + static_cast<std::uint32_t>(round % 2)));
            create(name(round));
        },
        [&](int round) {
            value_of(pin(name(round), 1 + static_cast<std::uint32_t>(round % 2)));
            if (!store->blade_image(blade_name(name(round)), granite)) {
                EXPECT_FALSE(sys::stat(blade_file(name(round))));
                create(name(round));
            }
            expect_has(name(round), 1 + static_cast<std::uint32_t>(round % 2));
            // The disk is small.
            value_of(store->delete_blade_image(blade_name(name(round)), granite));
            value_of(store->purge_blade_images(blade_name(name(round)), granite));
        });
}

}  // namespace
}  // namespace dim::server
