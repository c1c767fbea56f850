#include "imageserver/image/generations_test_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::AnyOf;
using testing::blade_name;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using testing::value_of;

constexpr std::size_t kMoveKills = 24;

/// An image of three generations, and blades that have the first.
class MovedImages : public testing::GenerationsTest {
protected:
    MovedImages() {
        testing::write(tree + "/etc/motd", "first");
        testing::write(tree + "/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
        testing::write(tree + "/etc/removed", "first");
        import();
        keep_master_of(1);
        for (const char* blade : {"s01c1b01", "s01c1b02"})
            create(blade);
        testing::write(tree + "/usr/lib/second", "second");
        testing::write(tree + "/etc/motd", "second");
        testing::write(tree + "/etc/passwd",
                       "root:x:0:0::/root:/bin/sh\nnew:x:1000:100::/home/new:/bin/sh\n");
        testing::write(tree + "/etc/big", std::string(std::size_t{3} << 20, 'b'));
        // Of another type, one name of two, and away.
        testing::run({"rm", tree + "/var/dangling", tree + "/var/two", tree + "/etc/removed"});
        value_of(sys::mkdir(tree + "/var/dangling"));
        testing::write(tree + "/var/dangling/in-it", "second");
        value_of(sys::chmod(tree + "/dev", 0700));
        EXPECT_TRUE(update());
        keep_master_of(2);
        testing::run({"rm", "-r", tree + "/var/dangling", tree + "/var/sparse"});
        EXPECT_TRUE(update());
        keep_master_of(3);
    }
    static BladeMove moving(std::string_view blade) {
        return {.blade = blade_name(blade),
                .kept_out = [](const std::string& path, bool) -> std::optional<std::string> {
                    return path == "etc/hostname" ? std::optional<std::string>("override")
                                                  : std::nullopt;
                }};
    }
    Result<MovedBladeImage> move(const BladeMove& how, std::uint32_t from, std::uint32_t to) const {
        DIM_TRY(const auto change, store->find_change(granite, number(from), number(to)));
        return store->move_blade_image(how, *change);
    }
    std::string text_of(std::string_view blade, const std::string& path) const {
        return value_of(sys::read_file(root_of(blade) + path));
    }
};

TEST_F(MovedImages, BecomeWhatTheMasterWasForwardsAndBack) {
    value_of(move(moving("s01c1b01"), 1, 2));
    expect_has("s01c1b01", 2);
    value_of(move(moving("s01c1b01"), 2, 3));
    expect_has("s01c1b01", 3);
    value_of(move(moving("s01c1b01"), 3, 1));
    expect_has("s01c1b01", 1);
    EXPECT_EQ(text_of("s01c1b01", "/etc/hostname"), "s01c1b01\n");
    // What has two names in the master has two of one file in the blade image.
    EXPECT_EQ(value_of(sys::stat(root_of("s01c1b01") + "/var/two")).inode,
              value_of(sys::stat(root_of("s01c1b01") + "/var/lib/one")).inode);
    expect_has("s01c1b02", 1);
    EXPECT_THAT(value_of(sys::list_names(state + "/images/granite")),
                ::testing::Not(Contains(HasSubstr("change."))));
}

TEST_F(MovedImages, KeepWhatTheBladeWrote) {
    const std::string root = root_of("s01c1b01");
    testing::write(root + "/etc/motd", "own");
    testing::write(root + "/etc/own", "own");
    testing::write(root + "/etc/passwd", "root:x:0:0::/root:/bin/bash\nme:x:5:5::/:/bin/sh\n");
    testing::run({"rm", root + "/etc/removed"});
    const MovedBladeImage moved = value_of(move(moving("s01c1b01"), 1, 2));
    EXPECT_EQ(text_of("s01c1b01", "/etc/motd"), "own");
    EXPECT_EQ(text_of("s01c1b01", "/etc/own"), "own");
    EXPECT_EQ(text_of("s01c1b01", "/etc/passwd"),
              "root:x:0:0::/root:/bin/bash\nme:x:5:5::/:/bin/sh\n"
              "new:x:1000:100::/home/new:/bin/sh\n");
    EXPECT_THAT(moved.conflicts, ElementsAre(Field(&changeset::KeptPath::path, "etc/motd")));
    EXPECT_THAT(moved.merged, ElementsAre("etc/passwd"));
    BladeMove overwriting = moving("s01c1b01");
    overwriting.on_conflict = model::ConflictPolicy::overwrite;
    value_of(move(overwriting, 2, 1));
    EXPECT_EQ(text_of("s01c1b01", "/etc/motd"), "first");
    EXPECT_EQ(text_of("s01c1b01", "/etc/own"), "own");
}

TEST_F(MovedImages, AFileWhoseMergeIsOffIsOneWhole) {
    const std::string root = root_of("s01c1b01");
    const std::string own = "root:x:0:0::/root:/bin/bash\nme:x:5:5::/:/bin/sh\n";
    testing::write(root + "/etc/passwd", own);
    BladeMove how = moving("s01c1b01");
    how.merge = value_of(sync::MergeSelection::parse("group,shells"));
    const MovedBladeImage moved = value_of(move(how, 1, 2));
    EXPECT_EQ(text_of("s01c1b01", "/etc/passwd"), own);
    EXPECT_THAT(moved.conflicts, ElementsAre(Field(&changeset::KeptPath::path, "etc/passwd")));
    EXPECT_THAT(moved.merged, ::testing::IsEmpty());
    how.on_conflict = model::ConflictPolicy::overwrite;
    value_of(move(how, 2, 1));
    value_of(move(how, 1, 2));
    EXPECT_EQ(text_of("s01c1b01", "/etc/passwd").find("me:"), std::string::npos);
}

TEST_F(MovedImages, GoOnByThePolicyOfThatTime) {
    const std::string root = root_of("s01c1b01");
    const std::string own = "root:x:0:0::/root:/bin/bash\nme:x:5:5::/:/bin/sh\n";
    testing::write(root + "/etc/motd", "own");
    testing::write(root + "/etc/passwd", own);
    testing::run({"chattr", "+i", root + "/etc/passwd"});
    BladeMove how = moving("s01c1b01");
    how.on_conflict = model::ConflictPolicy::overwrite;
    EXPECT_FALSE(move(how, 1, 2)) << "it stopped amid";
    EXPECT_EQ(value_of(store->unfinished_move(blade_name("s01c1b01"), granite)), number(2));
    const std::string motd = text_of("s01c1b01", "/etc/motd");
    EXPECT_THAT(motd, AnyOf("own", "second"));
    testing::run({"chattr", "-i", root + "/etc/passwd"});
    how.on_conflict = model::ConflictPolicy::ask;
    how.merge = value_of(sync::MergeSelection::parse("none"));
    const MovedBladeImage moved = value_of(move(how, 1, 2));
    EXPECT_EQ(generation_of("s01c1b01"), 2U);
    EXPECT_EQ(text_of("s01c1b01", "/etc/motd"), motd)
        << "what was done stays, nothing more is taken";
    EXPECT_EQ(text_of("s01c1b01", "/etc/passwd"), own);
    EXPECT_THAT(moved.conflicts, Contains(Field(&changeset::KeptPath::path, "etc/passwd")));
}

TEST_F(MovedImages, ADryRunChangesNothing) {
    BladeMove how = moving("s01c1b01");
    how.is_dry_run = true;
    const MovedBladeImage moved = value_of(move(how, 1, 2));
    EXPECT_EQ(moved.created, 2U) << "etc/big, var/dangling/in-it";
    EXPECT_THAT(moved.differences, Contains(Field(&manifest::Difference::path, "etc/motd")));
    expect_has("s01c1b01", 1);
}

TEST_F(MovedImages, NoLinkOfABladeIsFollowed) {
    const std::string root = root_of("s01c1b01");
    const std::string outside = directory / "outside";
    dim::testing::run_script("mkdir " + outside + "; cp -a " + tree + "/etc/. " + outside +
                             "; mv " + root + "/etc " + root + "/old; ln -s " + outside + " " +
                             root + "/etc; ln -sfn " + directory / "victim" + " " + root +
                             "/var/dangling");
    const std::string before = testing::run({"ls", "-lR", outside});
    const MovedBladeImage moved = value_of(move(moving("s01c1b01"), 1, 2));
    EXPECT_THAT(moved.conflicts, Contains(Field(&changeset::KeptPath::path, "etc/motd")));
    EXPECT_EQ(testing::run({"ls", "-lR", outside}), before);
    EXPECT_EQ(value_of(sys::read_file(directory / "victim")), "untouched");
    EXPECT_EQ(generation_of("s01c1b01"), 2U);
}

TEST_F(MovedImages, WithoutRoomNothingIsWritten) {
    const std::string root = root_of("s01c1b01");
    dim::testing::run_script("head -c 200M /dev/zero >" + root + "/var/fill || true");
    const auto refused = move(moving("s01c1b01"), 1, 2);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(refused.error().cure(), HasSubstr("dim blade resize"));
    EXPECT_EQ(generation_of("s01c1b01"), 1U);
    EXPECT_EQ(text_of("s01c1b01", "/etc/motd"), "first");
    testing::run({"rm", root + "/var/fill"});
    value_of(move(moving("s01c1b01"), 1, 2));
    EXPECT_EQ(text_of("s01c1b01", "/etc/motd"), "second");
}

TEST_F(MovedImages, WhatARunningBladeHasMountedIsNotCollected) {
    BladeMove held = moving("s01c1b01");
    held.is_held = true;
    value_of(move(held, 1, 3));
    value_of(move(moving("s01c1b02"), 1, 3));
    EXPECT_THAT(collect_unused(), ElementsAre(number(2)));
    EXPECT_TRUE(store->is_shared_mounted(granite, number(1)));
    value_of(store->release_generations(blade_name("s01c1b01")));
    EXPECT_THAT(collect_unused(), ElementsAre(number(1)));
    expect_has("s01c1b01", 3);
}

TEST_F(MovedImages, OfAnotherGenerationAreNotTouched) {
    const auto change = value_of(store->find_change(granite, number(2), number(3)));
    const auto refused = store->move_blade_image(moving("s01c1b01"), *change);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_EQ(store->find_change(granite, number(1), number(9)).error().code(),
              ErrorCode::not_found);
    expect_has("s01c1b01", 1);
}

TEST_F(MovedImages, KilledAtAnyPointAreFinishedByTheNextCall) {
    const std::string blade = "s01c1b01";
    testing::write(root_of(blade) + "/etc/own", "own");
    kill_anywhere(
        kMoveKills,
        [&](int round) {
            value_of(move(moving(blade), round % 2 == 0 ? 1 : 2, round % 2 == 0 ? 2 : 1));
        },
        [&](int round) {
            const std::uint32_t from = round % 2 == 0 ? 1 : 2;
            const std::uint32_t to = round % 2 == 0 ? 2 : 1;
            // Each file is whole, whichever of the two it is.
            EXPECT_THAT(text_of(blade, "/etc/motd"), AnyOf("first", "second"));
            // What a daemon that was killed left mounted is cloned in a sound state.
            create("s01c1b03");
            value_of(store->delete_blade_image(blade_name("s01c1b03"), granite));
            value_of(store->purge_blade_images(blade_name("s01c1b03"), granite));
            if (generation_of(blade) == from) value_of(move(moving(blade), from, to));
            testing::run({"rm", root_of(blade) + "/etc/own"});
            expect_has(blade, to);
            testing::write(root_of(blade) + "/etc/own", "own");
            EXPECT_EQ(value_of(store->unfinished_move(blade_name(blade), granite)), std::nullopt);
            EXPECT_THAT(value_of(sys::list_names(state + "/images/granite")),
                        ::testing::Not(Contains(::testing::StartsWith("change."))));
        });
}

}  // namespace
}  // namespace dim::server
