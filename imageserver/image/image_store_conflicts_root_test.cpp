#include "imageserver/image/generations_test_fixture.hpp"

#include <filesystem>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testing::value_of;

/// A blade changed what the second generation changes, too, and was moved to it.
class OpenConflictsOfImages : public testing::GenerationsTest {
protected:
    OpenConflictsOfImages() {
        for (const char* name : {"/etc/motd", "/etc/gone", "/etc/other"})
            testing::write(tree + name, "first");
        value_of(sys::mkdir(tree + "/etc/app"));
        testing::write(tree + "/etc/app/conf", "first");
        import();
        create("s01c1b01");
        for (const char* name : {"/etc/motd", "/etc/other", "/etc/app/conf"})
            testing::write(tree + name, "second");
        testing::run({"rm", tree + "/etc/gone"});
        EXPECT_TRUE(update());
        for (const char* name : {"/etc/motd", "/etc/gone", "/etc/app/conf"})
            testing::write(root_of("s01c1b01") + name, "own");
        const auto change = value_of(store->find_change(granite, number(1), number(2)));
        BladeMove moving = how();
        moving.on_conflict = model::ConflictPolicy::ask;
        value_of(store->move_blade_image(moving, *change));
    }
    static BladeMove how() {
        return {.blade = blade_name("s01c1b01"),
                .kept_out = [](const std::string&, bool) { return std::optional<std::string>(); },
                .on_conflict = model::ConflictPolicy::overwrite};
    }
    std::vector<std::string> open_paths() const {
        std::vector<std::string> paths;
        for (const OpenConflict& conflict : value_of(store->open_conflicts(granite, {})).conflicts)
            paths.push_back(conflict.path);
        return paths;
    }
    /// As of one that was killed before it gave the directory its attributes.
    void leave_unfinished(const std::string& path) const {
        testing::run({"rm", "-rf", root_of("s01c1b01") + path});
        value_of(sys::mkdir(root_of("s01c1b01") + path, 0700));
    }
    static unsigned mode_of(const std::string& path) {
        return static_cast<unsigned>(std::filesystem::status(path).permissions());
    }
    std::string text_of(const std::string& path) const {
        return value_of(sys::read_file(root_of("s01c1b01") + path));
    }
};

TEST_F(OpenConflictsOfImages, AreWhatAMoveLeft) {
    EXPECT_THAT(open_paths(), ElementsAre("etc/app/conf", "etc/gone", "etc/motd"));
    const auto open = value_of(store->open_conflicts(granite, {})).conflicts;
    const auto sides = value_of(store->conflict_sides(granite, open));
    ASSERT_EQ(sides.size(), 3U);
    EXPECT_THAT(sides[1].older, StartsWith("file 0644 0:0 5 bytes, "));
    EXPECT_EQ(sides[1].newer, "nothing");
    EXPECT_THAT(sides[2].blade, StartsWith("file 0644 0:0 3 bytes, "));
    EXPECT_THAT(sides[2].newer, StartsWith("file 0644 0:0 6 bytes, "));
}

TEST_F(OpenConflictsOfImages, BecomeWhatTheGenerationHas) {
    // Of one that was killed.
    const std::string left = root_of("s01c1b01") + "/etc/.dim-0123456789abcdef";
    testing::write(left, "a copy of something");
    value_of(store->take_generation(how(), granite, {"etc/gone", "etc/motd"}));
    EXPECT_FALSE(std::filesystem::exists(left));
    EXPECT_EQ(text_of("/etc/motd"), "second");
    EXPECT_FALSE(std::filesystem::exists(root_of("s01c1b01") + "/etc/gone"));
    EXPECT_EQ(text_of("/etc/app/conf"), "own") << "nobody named it";
    EXPECT_THAT(open_paths(), ElementsAre("etc/app/conf"));
    value_of(store->close_conflicts(blade_name("s01c1b01"), granite, {"etc/app/conf"}));
    EXPECT_THAT(open_paths(), IsEmpty());
    EXPECT_EQ(text_of("/etc/app/conf"), "own");
}

TEST_F(OpenConflictsOfImages, ALinkOfTheBladeIsNotFollowed) {
    const std::string victim = directory / "of-the-server";
    value_of(sys::mkdir(victim));
    testing::write(victim + "/conf", "of the server");
    testing::run({"rm", "-r", root_of("s01c1b01") + "/etc/app"});
    testing::run({"ln", "-s", victim, root_of("s01c1b01") + "/etc/app"});
    testing::run({"ln", "-sf", victim + "/conf", root_of("s01c1b01") + "/etc/motd"});
    const auto moved =
        value_of(store->take_generation(how(), granite, {"etc/app/conf", "etc/motd"}));
    EXPECT_EQ(value_of(sys::read_file(victim + "/conf")), "of the server");
    EXPECT_EQ(text_of("/etc/motd"), "second");
    EXPECT_FALSE(std::filesystem::is_symlink(root_of("s01c1b01") + "/etc/motd"));
    EXPECT_THAT(moved.conflicts, ElementsAre(Field(&changeset::KeptPath::path, "etc/app/conf")));
    EXPECT_THAT(open_paths(), ElementsAre("etc/app/conf", "etc/gone"));
    // Taken with the directory that it is in, it is what the generation has.
    value_of(store->take_generation(how(), granite, {"etc/app", "etc/app/conf"}));
    EXPECT_EQ(text_of("/etc/app/conf"), "second");
    EXPECT_EQ(value_of(sys::read_file(victim + "/conf")), "of the server");
}

TEST_F(OpenConflictsOfImages, AreTakenWithTheDirectoriesThatTheBladeRemoved) {
    testing::run({"rm", "-r", root_of("s01c1b01") + "/etc/app"});
    value_of(store->take_generation(how(), granite, {"etc/app/conf", "etc/motd"}));
    EXPECT_EQ(text_of("/etc/app/conf"), "second");
    EXPECT_EQ(text_of("/etc/motd"), "second");
    EXPECT_THAT(open_paths(), ElementsAre("etc/gone"));
}

/// A directory with another one, of another user, in it.
class OpenConflictsBelowLeftDirectories : public OpenConflictsOfImages {
protected:
    OpenConflictsBelowLeftDirectories() {
        testing::run({"mkdir", "-p", tree + "/etc/deep/sub"});
        testing::run({"chmod", "0750", tree + "/etc/deep", tree + "/etc/deep/sub"});
        testing::run({"chown", "12:34", tree + "/etc/deep/sub"});
        testing::write(tree + "/etc/deep/sub/conf", "third");
        testing::write(tree + "/etc/deep/sub/other", "third");
        EXPECT_TRUE(update());
        const auto change = value_of(store->find_change(granite, number(2), number(3)));
        value_of(store->move_blade_image(how(), *change));
        leave_unfinished("/etc/deep");
        leave_unfinished("/etc/deep/sub");
    }
    void take(const BladeMove& move, const std::string& path) {
        const auto moved = value_of(store->take_generation(move, granite, {path}));
        EXPECT_THAT(moved.conflicts, IsEmpty());
        EXPECT_THAT(moved.kept_out, IsEmpty());
    }
    const std::string deep = root_of("s01c1b01") + "/etc/deep";
    static constexpr unsigned kPrivate = 0700;
};

TEST_F(OpenConflictsBelowLeftDirectories, AreTakenWithTheseDirectories) {
    take(how(), "etc/deep/sub/conf");
    testing::run({"cp", "-a", tree + "/etc/deep/sub/other", deep + "/sub/other"});
    testing::run({"touch", "-r", tree + "/etc/deep/sub", deep + "/sub"});
    EXPECT_EQ(testing::differences(tree + "/etc/deep", deep), "");
    EXPECT_EQ(mode_of(deep), 0750U);
}

TEST_F(OpenConflictsBelowLeftDirectories, AreTakenWhereSomeOfThemWereInTheirPlace) {
    testing::run({"cp", "-a", tree + "/etc/deep/sub/conf", deep + "/sub/conf"});
    testing::run({"chown", "12:34", deep + "/sub"});
    take(how(), "etc/deep/sub/conf");
    EXPECT_EQ(mode_of(deep), mode_of(tree + "/etc/deep"));
    EXPECT_EQ(mode_of(deep + "/sub"), mode_of(tree + "/etc/deep/sub"));
}

TEST_F(OpenConflictsBelowLeftDirectories, LeaveThoseAloneThatTheBladeMadePrivate) {
    testing::write(deep + "/key", "secret");
    testing::write(deep + "/sub/conf", "own");
    take(how(), "etc/deep/sub/conf");
    EXPECT_EQ(text_of("/etc/deep/sub/conf"), "third");
    EXPECT_EQ(mode_of(deep), kPrivate) << "there is something of its own in it";
    EXPECT_EQ(mode_of(deep + "/sub"), kPrivate) << "it had another conf in it";
}

TEST_F(OpenConflictsBelowLeftDirectories, LeaveThoseAloneThatARuleKeepsOut) {
    BladeMove keeping = how();
    keeping.kept_out = [](const std::string& path, bool) -> std::optional<std::string> {
        if (path != "etc/deep") return std::nullopt;
        return "a rule";
    };
    take(keeping, "etc/deep/sub/conf");
    EXPECT_EQ(mode_of(deep), kPrivate);
    EXPECT_EQ(mode_of(deep + "/sub"), mode_of(tree + "/etc/deep/sub"));
}

TEST_F(OpenConflictsOfImages, StayWhereTheirDirectoryIsAFileOfTheBlade) {
    testing::run({"rm", "-r", root_of("s01c1b01") + "/etc/app"});
    testing::write(root_of("s01c1b01") + "/etc/app", "a file");
    const auto moved =
        value_of(store->take_generation(how(), granite, {"etc/app/conf", "etc/motd"}));
    EXPECT_THAT(moved.conflicts, ElementsAre(Field(&changeset::KeptPath::path, "etc/app/conf")));
    EXPECT_EQ(text_of("/etc/app"), "a file");
    EXPECT_EQ(text_of("/etc/motd"), "second") << "the other one goes on";
    EXPECT_THAT(open_paths(), ElementsAre("etc/app/conf", "etc/gone"));
}

TEST_F(OpenConflictsOfImages, StayWhenALaterMoveIsOnlyAboutWhatIsBesideThem) {
    // As a directory, /etc/app is on the way; etc/motd is kept out.
    testing::write(tree + "/etc/app/other", "third");
    testing::write(tree + "/etc/motd", "third");
    EXPECT_TRUE(update());
    testing::run({"chmod", "0700", root_of("s01c1b01") + "/etc/app"});
    const auto change = value_of(store->find_change(granite, number(2), number(3)));
    BladeMove keeping = how();
    keeping.kept_out = [](const std::string& path, bool) -> std::optional<std::string> {
        if (path != "etc/motd") return std::nullopt;
        return "a rule";
    };
    value_of(store->move_blade_image(keeping, *change));
    EXPECT_THAT(open_paths(), ElementsAre("etc/app/conf", "etc/gone", "etc/motd"));
}

TEST_F(OpenConflictsOfImages, AreNoneByAPolicyThatKeeps) {
    testing::write(tree + "/etc/motd", "third");
    EXPECT_TRUE(update());
    const auto change = value_of(store->find_change(granite, number(2), number(3)));
    BladeMove keeping = how();
    keeping.on_conflict = model::ConflictPolicy::keep;
    const auto moved = value_of(store->move_blade_image(keeping, *change));
    EXPECT_EQ(moved.conflicts.size(), 1U) << "it is told";
    EXPECT_EQ(text_of("/etc/motd"), "own");
    EXPECT_THAT(open_paths(), ElementsAre("etc/app/conf", "etc/gone"));
}

TEST_F(OpenConflictsOfImages, EndWithALaterMoveThatFindsNone) {
    testing::write(tree + "/etc/motd", "own");
    EXPECT_TRUE(update());
    const auto change = value_of(store->find_change(granite, number(2), number(3)));
    value_of(store->move_blade_image(how(), *change));
    EXPECT_THAT(open_paths(), ElementsAre("etc/app/conf", "etc/gone"));
    value_of(store->delete_blade_image(blade_name("s01c1b01"), granite));
    EXPECT_THAT(open_paths(), IsEmpty());
}

}  // namespace
}  // namespace dim::server
