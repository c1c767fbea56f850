#include "imageserver/image/generations_test_fixture.hpp"
#include "imageserver/image/image_catalog.hpp"

#include <atomic>
#include <functional>
#include <thread>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::value_of;

constexpr std::size_t kGenerationKills = 20;

class Generations : public testing::GenerationsTest {
protected:
    Generations() { import(); }
    /// A change of each kind in both parts of the master.
    void change_master(const std::string& text) const {
        testing::write(tree + "/usr/bin/tool.new", text, 0755);
        value_of(sys::rename(tree + "/usr/bin/tool.new", tree + "/usr/bin/tool"));
        testing::write(tree + "/usr/lib/" + text, text);
        testing::write(tree + "/etc/motd", text);
        testing::write(tree + "/var/" + text, text);
        (void)sys::unlink(tree + "/var/dangling");
    }
    void roll_back(std::uint32_t to) const {
        ASSERT_TRUE(value_of(store->roll_back_image(
            {.name = granite, .generation = number(to), .label = ""}, quiet())));
    }
    /// What a generation and a new blade image of it hold is what ORIGINAL is.
    void expect_newest_is(const std::string& original, std::string_view blade) const {
        const std::uint32_t newest = value_of(store->image(granite)).generation.number();
        expect_shared_root_is(original, newest);
        create(blade);
        expect_blade_image_is(original, blade);
        EXPECT_THAT(value_of(store->check_image(granite)).differences, IsEmpty());
    }
};

TEST_F(Generations, AnUpdateIsWhatTheMasterIs) {
    change_master("new");
    const auto made = update();
    ASSERT_TRUE(made);
    EXPECT_EQ(made->generation, number(2));
    EXPECT_EQ(made->source, tree);
    expect_newest_is(tree, "s01c1b01");
    EXPECT_FALSE(update()) << "nothing changed since";
    EXPECT_THAT(value_of(store->generations(granite)), SizeIs(2));
}

TEST_F(Generations, AnotherUpdateTakesTheRememberedSource) {
    change_master("new");
    const auto made =
        value_of(store->update_image({.name = granite, .source = {}, .label = "good"}, quiet()))
            .generation;
    ASSERT_TRUE(made);
    EXPECT_EQ(made->source, tree);
    EXPECT_EQ(made->label, "good");
}

TEST_F(Generations, WhatIsLeftOutGoesAndStaysOutTheNextTime) {
    value_of(store->update_image(update_request(tree, {"/usr/bin/*", "motd"}), quiet()));
    EXPECT_TRUE(
        value_of(sys::list_names(value_of(sys::open_directory(shown(2) + "/usr/bin")))).empty());
    change_master("new");
    ASSERT_TRUE(value_of(store->update_image({.name = granite, .source = {}, .label = ""}, quiet()))
                    .generation);
    EXPECT_FALSE(sys::stat(shown(3) + "/usr/bin/tool"));
    EXPECT_TRUE(sys::stat(shown(3) + "/usr/lib/new"));
    create("s01c1b01");
    EXPECT_FALSE(sys::stat(root_of("s01c1b01") + "/etc/motd"));
    EXPECT_EQ(value_of(store->image_details(granite)).source->exclude.size(), 2U);
}

TEST_F(Generations, TheLostAndFoundOfAFileSystemIsNobodys) {
    testing::run({"sh", "-c",
                  "cd '" + tree +
                      "' && touch -r . ../time && mkdir lost+found && echo found by fsck >"
                      "'lost+found/#12' && touch -r ../time ."});
    EXPECT_FALSE(value_of(store->update_image(update_request(tree, {}), quiet())).generation);
    create("s01c1b01");
    EXPECT_FALSE(sys::stat(root_of("s01c1b01") + "/lost+found/#12"));
}

TEST_F(Generations, AnArchiveMakesThemToo) {
    const std::string archive = directory / "master.tar.gz";
    change_master("packed");
    testing::run({"tar", "--xattrs", "--acls", "-C", tree, "-czf", archive, "."});
    const auto made =
        value_of(store->update_image(update_request(archive, {}), quiet())).generation;
    ASSERT_TRUE(made);
    EXPECT_EQ(made->source, archive);
    expect_newest_is(tree, "s01c1b01");
    EXPECT_FALSE(
        value_of(store->update_image({.name = granite, .source = {}, .label = ""}, quiet()))
            .generation)
        << "it is the same archive";
    EXPECT_FALSE(sys::stat(state + "/images/.granite.master")) << "nothing is left of it";
}

TEST_F(Generations, ABladeKeepsTheGenerationThatItHas) {
    const std::string old = copy_of_master("old");
    create("s01c1b01");
    testing::write(root_of("s01c1b01") + "/etc/mine", "written by the blade");
    change_master("new");
    ASSERT_TRUE(update());
    expect_newest_is(tree, "s01c1b02");
    EXPECT_EQ(testing::differences(old + "/usr", shown(1) + "/usr"), "");
    EXPECT_EQ(value_of(sys::read_file(root_of("s01c1b01") + "/etc/mine")), "written by the blade");
    EXPECT_EQ(store->blade_image(blade_name("s01c1b01"), granite)->generation, number(1));
    // What did not change is one file in both.
    EXPECT_EQ(value_of(sys::stat(shown(1) + "/usr/lib/caf\xc3\xa9 \n name")).inode,
              value_of(sys::stat(shown(2) + "/usr/lib/caf\xc3\xa9 \n name")).inode);
    for (const std::string& mounted : {shown(1), shown(2)})
        value_of(sys::umount(mounted));
    reopen();
    EXPECT_THAT(store->restore_mounts(), IsEmpty());
    EXPECT_EQ(testing::differences(old + "/usr", shown(1) + "/usr"), "");
}

TEST_F(Generations, ARunningProgramKeepsItsFileWhenItIsReplaced) {
    const sys::Fd running =
        value_of(sys::open(store->shared_directory(granite, first) + "/usr/bin/tool", O_RDONLY));
    change_master("new");
    ASSERT_TRUE(update());
    EXPECT_EQ(value_of(sys::read_all(running)), "tool");
}

TEST_F(Generations, ARollbackIsAGenerationThatIsWhatAnEarlierOneWas) {
    const std::string one = copy_of_master("one");
    change_master("second");
    ASSERT_TRUE(update());
    const std::string two = copy_of_master("two");
    change_master("third");
    ASSERT_TRUE(update());
    roll_back(1);
    expect_newest_is(one, "s01c1b01");
    roll_back(2);
    expect_newest_is(two, "s01c1b02");
    const auto all = value_of(store->generations(granite));
    ASSERT_THAT(all, SizeIs(5));
    EXPECT_EQ(all[0].shared_digest, all[3].shared_digest);
    EXPECT_EQ(all[1].golden_digest, all[4].golden_digest);
    EXPECT_EQ(all[4].source, "generation 2");
    const auto unknown =
        store->roll_back_image({.name = granite, .generation = number(9), .label = ""}, quiet());
    EXPECT_EQ(unknown.error().code(), ErrorCode::not_found);
}

TEST_F(Generations, DifferencesAreNamed) {
    change_master("second");
    ASSERT_TRUE(update());
    change_master("third");
    ASSERT_TRUE(update());
    const auto difference = value_of(store->compare_generations(granite, number(1), number(2)));
    std::vector<std::string> named;
    for (const api::TreeDifference& one : difference.differences)
        named.push_back(one.kind + " " + one.path);
    EXPECT_THAT(named, ElementsAre("metadata etc", "created etc/motd", "metadata usr/bin",
                                   "content usr/bin/tool", "metadata usr/lib",
                                   "created usr/lib/second", "metadata usr/lib/tool-again",
                                   "metadata var", "removed var/dangling", "created var/second"));
    EXPECT_EQ(value_of(store->compare_generations(granite, number(2), number(2))).difference_count,
              0U);
}

TEST_F(Generations, AGenerationCostsWhatItChanges) {
    testing::write(tree + "/usr/lib/large", std::string(std::size_t{8} << 20, 'x'));
    ASSERT_TRUE(update());
    const auto used = [&] {
        return value_of(sys::statfs(state + "/images/granite/shared")).available_bytes;
    };
    const std::uint64_t before = used();
    testing::write(tree + "/usr/lib/small", "small");
    ASSERT_TRUE(update());
    EXPECT_LT(before - used(), std::uint64_t{1} << 16);
}

TEST_F(Generations, EachTellsItsSpace) {
    testing::write(tree + "/usr/lib/large", std::string(std::size_t{1} << 20, 'x'));
    ASSERT_TRUE(update());
    testing::write(tree + "/usr/lib/large", std::string(std::size_t{1} << 20, 'y'));
    testing::write(tree + "/etc/small", "small");
    ASSERT_TRUE(update());
    const auto all = value_of(store->generations(granite));
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].own_bytes, all[0].bytes) << "the first brought all it has";
    EXPECT_EQ(*all[1].bytes, *all[0].bytes + (std::uint64_t{1} << 20));
    EXPECT_EQ(all[1].own_bytes, std::uint64_t{1} << 20);
    EXPECT_EQ(all[2].own_bytes, (std::uint64_t{1} << 20) + 5);
    EXPECT_GE(all[1].retired_bytes, std::uint64_t{1} << 20) << "what the third one replaced";
    EXPECT_LT(all[0].retired_bytes, std::uint64_t{1} << 20);
    EXPECT_EQ(all[2].retired_bytes, 0U);
}

TEST_F(Generations, AFullImageIsRefusedAndAllIsAsBefore) {
    const std::string old = copy_of_master("old");
    // More than the file system of the shared root has, and less than the disk.
    testing::write(tree + "/usr/lib/large", "");
    const sys::Fd large = value_of(sys::open(tree + "/usr/lib/large", O_WRONLY));
    const std::string block(std::size_t{1} << 20, 'x');
    for (int i = 0; i < 300; ++i)
        value_of(sys::write_all(large, block));
    change_master("new");
    const auto refused = store->update_image(update_request(), quiet());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::limit_exceeded);
    EXPECT_EQ(store->image(granite)->generation, first);
    expect_newest_is(old, "s01c1b01");
    value_of(sys::unlink(tree + "/usr/lib/large"));
    ASSERT_TRUE(update());
    expect_newest_is(tree, "s01c1b02");
}

TEST_F(Generations, AMasterThatLacksWhatIsSharedIsRefused) {
    testing::run({"mv", tree + "/opt", tree + "/other"});
    const auto refused = store->update_image(update_request(), quiet());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("opt in " + tree + " is no directory"));
    EXPECT_FALSE(store->update_image(update_request(state, {}), quiet()));
}

TEST_F(Generations, AHandMadeChangeIsFoundAfterAnUpdate) {
    create("s01c1b01");
    testing::write(store->shared_directory(granite, first) + "/usr/lib/by-hand", "x");
    change_master("new");
    ASSERT_TRUE(update());
    EXPECT_FALSE(sys::stat(shown(2) + "/usr/lib/by-hand"));
    testing::write(store->shared_directory(granite, number(2)) + "/usr/lib/by-hand", "x");
    EXPECT_THAT(value_of(store->check_image(granite)).differences, SizeIs(2));
}

TEST_F(Generations, AnImageIsRemovedWhenNoBladeHasIt) {
    change_master("new");
    ASSERT_TRUE(update());
    create("s01c1b01");
    const auto refused = store->remove_image(granite);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("s01c1b01"));
    value_of(store->delete_blade_image(blade_name("s01c1b01"), granite));
    const sys::Fd as_nfs_server = value_of(sys::open(shown(2) + "/usr/bin/tool", O_RDONLY));
    value_of(store->remove_image(granite));
    EXPECT_EQ(store->image(granite).error().code(), ErrorCode::not_found);
    EXPECT_FALSE(sys::stat(state + "/images/granite"));
    import();
}

TEST_F(Generations, KilledAnywhereAnUpdateIsThereOrNot) {
    const std::string old = copy_of_master("old");
    change_master("new");
    kill_anywhere(
        kGenerationKills,
        [&](int) {
            value_of(store->update_image(update_request(), quiet()));
            roll_back(1);
        },
        [&](int round) {
            const auto all = value_of(store->generations(granite));
            const bool is_old = all.back().source != tree || all.size() == 1;
            const std::string blade = "s01c1b" + std::to_string(10 + round);
            expect_newest_is(is_old ? old : tree, blade);
            // In some rounds a blade stays, so that its generation is in use.
            if (round % 2 == 0) value_of(store->delete_blade_image(blade_name(blade), granite));
        });
}

TEST_F(Generations, WhatNobodyHasIsCollected) {
    const std::string old = copy_of_master("old");
    create("s01c1b01");
    for (const char* text : {"second", "third", "fourth"}) {
        change_master(text);
        // Generation 1 has it of the second, which is to hand it down.
        if (text == std::string("third")) {
            testing::write(tree + "/usr/lib/caf\xc3\xa9 \n name", text);
            testing::write(tree + "/var/two", text);
        }
        ASSERT_TRUE(update());
    }
    create("s01c1b02");
    change_master("fifth");
    ASSERT_TRUE(update());
    const auto numbers = [&] {
        std::vector<std::uint32_t> found;
        for (const auto& generation : value_of(store->generations(granite)))
            found.push_back(generation.generation.number());
        return found;
    };
    api::CollectGenerations request{
        .name = granite, .keep = 1, .labelled = false, .is_dry_run = true};
    EXPECT_THAT(value_of(store->collect_generations(request, quiet())).generations,
                ElementsAre(number(2), number(3)));
    EXPECT_THAT(numbers(), ElementsAre(1, 2, 3, 4, 5));
    request.is_dry_run = false;
    EXPECT_THAT(value_of(store->collect_generations(request, quiet())).generations,
                ElementsAre(number(2), number(3)));
    EXPECT_THAT(numbers(), ElementsAre(1, 4, 5));
    EXPECT_THAT(value_of(store->collect_generations(request, quiet())).generations, IsEmpty());
    EXPECT_EQ(
        store->roll_back_image({.name = granite, .generation = number(2), .label = ""}, quiet())
            .error()
            .code(),
        ErrorCode::not_found);
    EXPECT_EQ(testing::differences(old + "/usr", shown(1) + "/usr"), "");
    // What was handed down makes the first one again, on a blade that never saw it.
    roll_back(1);
    expect_newest_is(old, "s01c1b03");
    // In the trash is in use.
    value_of(store->delete_blade_image(blade_name("s01c1b02"), granite));
    EXPECT_THAT(value_of(store->collect_generations(request, quiet())).generations,
                ElementsAre(number(5)));
    value_of(store->restore_blade_image(blade_name("s01c1b02"), granite));
}

TEST_F(Generations, ALabelAndANumberKeepThem) {
    change_master("second");
    ASSERT_TRUE(update());
    value_of(store->label_generation({.name = granite, .generation = number(1), .label = "good"}));
    api::CollectGenerations request{
        .name = granite, .keep = 1, .labelled = false, .is_dry_run = false};
    EXPECT_THAT(value_of(store->collect_generations(request, quiet())).generations, IsEmpty());
    request.labelled = true;
    request.keep = 2;
    EXPECT_THAT(value_of(store->collect_generations(request, quiet())).generations, IsEmpty());
    request.keep = 0;
    EXPECT_FALSE(store->collect_generations(request, quiet()));
    request.keep = 1;
    EXPECT_THAT(value_of(store->collect_generations(request, quiet())).generations,
                ElementsAre(number(1)));
    expect_newest_is(tree, "s01c1b01");
}

TEST_F(Generations, KilledAnywhereACollectionIsFinished) {
    const std::string old = copy_of_master("old");
    create("s01c1b01");
    kill_anywhere(
        kGenerationKills,
        [&](int round) {
            for (const char* text : {"a", "b"}) {
                change_master(text + std::to_string(round));
                value_of(store->update_image(update_request(), quiet()));
            }
            collect_unused();
        },
        [&](int) {
            EXPECT_EQ(testing::differences(old + "/usr", shown(1) + "/usr"), "");
            for (const auto& generation : value_of(store->generations(granite)))
                EXPECT_TRUE(store->compare_generations(granite, number(1), generation.generation));
        });
    roll_back(1);
    expect_newest_is(old, "s01c1b02");
}

TEST_F(Generations, ACollectionIsNotTakenForOneThatWasLeft) {
    for (int i = 0; i < 8; ++i) {
        change_master(std::to_string(i));
        ASSERT_TRUE(update());
    }
    // As the daemon does after its start, whatever else goes on.
    std::atomic<bool> is_done = false;
    std::thread undoing([&] {
        while (!is_done)
            EXPECT_TRUE(store->undo_unfinished());
    });
    EXPECT_THAT(collect_unused(), SizeIs(8));
    is_done = true;
    undoing.join();
    expect_newest_is(tree, "s01c1b01");
}

TEST_F(Generations, ACollectionThatCannotBeFinishedHoldsNothingElseUp) {
    for (const char* text : {"second", "third"}) {
        change_master(text);
        ASSERT_TRUE(update());
    }
    ImageCatalog catalog(*database);
    value_of(catalog.begin_collection({granite, number(2)}));
    value_of(catalog.begin_blade_image({.blade = blade_name("s01c1b01"),
                                        .image = granite,
                                        .generation = number(3),
                                        .state = BladeImageState::creating,
                                        .size_bytes = 0,
                                        .is_exported = false}));
    const std::string delta = state + "/images/granite/1.shared.delta";
    const std::string whole = value_of(sys::read_file(delta));
    testing::write(delta, "damaged", 0600);
    reopen();
    EXPECT_FALSE(store->undo_unfinished());
    EXPECT_THAT(value_of(ImageCatalog(*database).blade_images()), IsEmpty());
    testing::write(delta, whole, 0600);
    value_of(store->undo_unfinished());
    EXPECT_THAT(value_of(store->generations(granite)), SizeIs(2));
}

}  // namespace
}  // namespace dim::server
