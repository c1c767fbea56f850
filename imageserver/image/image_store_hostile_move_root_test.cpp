#include "imageserver/image/generations_test_fixture.hpp"

#include <chrono>
#include <random>
#include <thread>
#include <utility>

#include <gmock/gmock.h>

// The root of a blade does to its image what it can while the image is moved: whatever comes of it,
// it is the blade's own affair.
namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::value_of;

/// Nothing that a blade does holds a move up for longer; with sanitizers.
constexpr std::chrono::seconds kLongestMove{60};
constexpr int kSwapRounds = 24;
constexpr std::uint64_t kHugeBytes = std::uint64_t{8} << 40;

/// One blade, whose image is of the first of two generations.
class HostileMoves : public testing::GenerationsTest {
protected:
    HostileMoves() {
        value_of(sys::mkdir(outside));
        value_of(sys::mkdir(tree + "/var/gone"));
        value_of(sys::mkdir(tree + "/etc/app"));
        for (const char* path : {"/etc/motd", "/etc/removed", "/etc/app/a", "/var/gone/b"}) {
            testing::write(tree + path, "first");
            testing::write(outside + path_name(path), "outside");
        }
        testing::write(tree + "/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
        import();
        create("s01c1b01");
        testing::run({"rm", "-r", tree + "/var/gone", tree + "/etc/removed"});
        testing::write(tree + "/etc/motd", "second");
        testing::write(tree + "/etc/app/a", "second");
        testing::write(tree + "/etc/big", std::string(std::size_t{1} << 20, 'b'));
        testing::write(tree + "/etc/passwd",
                       "root:x:0:0::/root:/bin/sh\nnew:x:1000:100::/home/new:/bin/sh\n");
        EXPECT_TRUE(update());
        before = testing::run({"ls", "-lRi", "--time-style=full-iso", outside});
    }
    /// Nothing outside is another than before.
    void expect_outside_untouched() const {
        EXPECT_EQ(testing::run({"ls", "-lRi", "--time-style=full-iso", outside}), before);
        EXPECT_EQ(value_of(sys::read_file(directory / "victim")), "untouched");
    }
    static std::string path_name(const std::string& path) { return path.substr(path.rfind('/')); }
    BladeMove hostile() const { return {.blade = blade, .kept_out = {}}; }
    std::string root() const { return store->mount_point(blade, granite); }
    std::string text(const std::string& path) const {
        return value_of(sys::read_file(root() + path));
    }
    std::uint32_t generation() const {
        return value_of(store->blade_image(blade, granite)).generation.number();
    }
    /// To the other generation, or where it was on its way to; not for longer than kLongestMove.
    Result<MovedBladeImage> move_on(const BladeMove& move) const {
        const model::Generation from = number(generation());
        DIM_TRY(const auto unfinished, store->unfinished_move(blade, granite));
        DIM_TRY(const auto change,
                store->find_change(granite, from, unfinished.value_or(number(3 - from.number()))));
        const auto begun = std::chrono::steady_clock::now();
        Result<MovedBladeImage> moved = store->move_blade_image(move, *change);
        EXPECT_LT(std::chrono::steady_clock::now() - begun, kLongestMove);
        expect_outside_untouched();
        return moved;
    }
    /// What is in the way is told; when it is gone the next call finishes the move.
    void expect_refused_until(std::string_view told, const std::function<void()>& mend) const {
        const auto refused = move_on(hostile());
        ASSERT_FALSE(refused);
        EXPECT_THAT(to_string(refused.error()), HasSubstr(std::string(told)));
        EXPECT_EQ(generation(), 1U);
        mend();
        const MovedBladeImage moved = value_of(move_on(hostile()));
        EXPECT_THAT(moved.conflicts, IsEmpty());
        expect_second();
    }
    void expect_immutable_told(const std::string& path) const {
        testing::run({"chattr", "+i", root() + path});
        const auto refused = move_on(hostile());
        ASSERT_FALSE(refused) << path;
        EXPECT_THAT(to_string(refused.error()), HasSubstr(path.substr(1)));
        EXPECT_EQ(generation(), 1U);
        testing::run({"chattr", "-i", root() + path});
    }
    void expect_second() const {
        EXPECT_EQ(generation(), 2U);
        EXPECT_EQ(text("/etc/motd"), "second");
        EXPECT_EQ(text("/etc/app/a"), "second");
        EXPECT_FALSE(sys::stat(root() + "/etc/removed"));
        EXPECT_FALSE(sys::stat(root() + "/var/gone"));
        EXPECT_EQ(value_of(store->unfinished_move(blade, granite)), std::nullopt);
    }

    const model::ComponentName blade = blade_name("s01c1b01");
    const std::string outside = directory / "outside";
    std::string before;
};

/// Puts links to OUTSIDE, FIFOs, devices and directories in place of what is below ROOT, and moves
/// directories about, until it ends.
class SwappingBlade {
public:
    SwappingBlade(std::string root, std::string outside, unsigned seed)
        : root_(std::move(root)),
          outside_(std::move(outside)),
          random_(seed),
          thread_([this](const std::stop_token& stop) {
              while (!stop.stop_requested())
                  swap();
          }) {}

private:
    std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
    }
    void swap() {
        static constexpr std::array kPaths{"/etc",     "/etc/motd",  "/etc/removed",
                                           "/etc/app", "/etc/app/a", "/var/gone",
                                           "/var",     "/etc/big",   "/etc/passwd"};
        const std::string path = root_ + kPaths.at(below(kPaths.size()));
        const std::string aside = root_ + "/aside";
        // What fails because something else stands there does no harm.
        if (::rename(path.c_str(), aside.c_str()) != 0) return;
        switch (below(6)) {
            case 0: (void)::symlink(outside_.c_str(), path.c_str()); break;
            case 1: (void)::mkfifo(path.c_str(), 0600); break;
            case 2: (void)::mknod(path.c_str(), S_IFCHR | 0600, makedev(1, 5)); break;
            case 3: (void)::mkdir(path.c_str(), 0700); break;
            case 4: (void)::link((outside_ + "/motd").c_str(), path.c_str()); break;
            default: break;
        }
        if (::rmdir(path.c_str()) != 0) (void)::unlink(path.c_str());
        (void)::rename(aside.c_str(), path.c_str());
    }

    std::string root_;
    std::string outside_;
    std::mt19937 random_;
    std::jthread thread_;
};

TEST_F(HostileMoves, WhatIsWrittenAfterTheLookIsKept) {
    BladeMove move = hostile();
    bool has_written = false;
    move.kept_out = [&](const std::string&, bool) {
        if (!std::exchange(has_written, true)) {
            testing::write(root() + "/etc/motd", "mine");
            testing::write(root() + "/var/gone/mine", "mine");
            testing::write(root() + "/etc/passwd",
                           "root:x:0:0::/root:/bin/sh\nmine:x:1001:100::/home/mine:/bin/sh\n");
        }
        return std::optional<std::string>();
    };
    const MovedBladeImage moved = value_of(move_on(move));
    EXPECT_THAT(moved.conflicts, Contains(Field(&changeset::KeptPath::path, "etc/motd")));
    EXPECT_EQ(text("/etc/motd"), "mine");
    EXPECT_EQ(text("/var/gone/mine"), "mine");
    EXPECT_THAT(text("/etc/passwd"), HasSubstr("mine:x:1001"));
    EXPECT_THAT(text("/etc/passwd"), HasSubstr("new:x:1000"));
    EXPECT_EQ(text("/etc/app/a"), "second");
    EXPECT_EQ(generation(), 2U);
    EXPECT_EQ(moved.changed, 3U) << "/etc/app/a, /etc/passwd and the directory /etc";
    EXPECT_EQ(moved.created, 1U);
}

TEST_F(HostileMoves, WhatIsWrittenAllTheTimeIsToldAndNotLost) {
    BladeMove move = hostile();
    int writes = 0;
    move.kept_out = [&](const std::string& path, bool) {
        if (path == "etc/motd") {
            testing::write(root() + "/etc/motd", "first");
            ++writes;
        }
        return std::optional<std::string>();
    };
    const auto refused = move_on(move);
    ASSERT_FALSE(refused);
    EXPECT_THAT(to_string(refused.error()), HasSubstr("etc/motd changes all the time"));
    EXPECT_GT(writes, 1);
    EXPECT_EQ(text("/etc/motd"), "first");
    EXPECT_EQ(generation(), 1U);
    value_of(move_on(hostile()));
    expect_second();
}

TEST_F(HostileMoves, WhoSwapsNamesMeanwhileGetsAMoveOrAnError) {
    int moved = 0;
    for (int round = 0; round < kSwapRounds; ++round) {
        SCOPED_TRACE(round);
        const SwappingBlade swapping(root(), outside, static_cast<unsigned>(round));
        const std::uint32_t from = generation();
        const auto result = move_on(hostile());
        EXPECT_EQ(generation() != from, result.has_value());
        if (result) ++moved;
        if (!result) EXPECT_FALSE(result.error().message().empty());
    }
    // Then it comes to rest. What it moved about is its own by now.
    BladeMove overwriting = hostile();
    overwriting.on_conflict = model::ConflictPolicy::overwrite;
    const auto rested = move_on(overwriting);
    EXPECT_TRUE(rested) << to_string(rested.error());
    dim::testing::run_script("! grep -rl -D skip outside " + root());
    RecordProperty("moved", moved);
}

TEST_F(HostileMoves, AHugeFileIsNotRead) {
    for (const char* path : {"/etc/motd", "/etc/passwd", "/var/gone/b"}) {
        const sys::Fd file = value_of(sys::open(root() + path, O_WRONLY));
        std::uint64_t size = kHugeBytes;
        while (!sys::ftruncate(file, size))
            size /= 2;
        ASSERT_GT(size, std::uint64_t{1} << 32);
    }
    const MovedBladeImage moved = value_of(move_on(hostile()));
    for (const char* path : {"etc/motd", "etc/passwd", "var/gone/b", "var/gone"})
        EXPECT_THAT(moved.conflicts, Contains(Field(&changeset::KeptPath::path, path)));
    EXPECT_EQ(text("/etc/app/a"), "second");
    // And it is replaced when that is meant.
    BladeMove overwriting = hostile();
    overwriting.on_conflict = model::ConflictPolicy::overwrite;
    value_of(move_on(overwriting));
    EXPECT_EQ(text("/etc/motd"), "first");
}

TEST_F(HostileMoves, ADirectoryOfManyNamesStays) {
    constexpr int kNames = 60'000;  // as many links as an ext4 file has
    testing::write(root() + "/var/own", "own");
    for (int i = 0; i < kNames; ++i)
        ASSERT_EQ(::link((root() + "/var/own").c_str(),
                         (root() + "/var/gone/" + std::to_string(i)).c_str()),
                  0);
    const MovedBladeImage moved = value_of(move_on(hostile()));
    EXPECT_THAT(moved.conflicts, ElementsAre(Field(&changeset::KeptPath::path, "var/gone")));
    EXPECT_TRUE(sys::stat(root() + "/var/gone/0"));
    EXPECT_FALSE(sys::stat(root() + "/var/gone/b"));
}

TEST_F(HostileMoves, WhatCannotBeReplacedIsTold) {
    expect_immutable_told("/etc/app");
    expect_immutable_told("/etc/motd");
    value_of(move_on(hostile()));
    expect_second();
}

TEST_F(HostileMoves, WhatCannotBeRemovedIsTold) {
    expect_immutable_told("/var/gone");
    expect_immutable_told("/etc/removed");
    value_of(move_on(hostile()));
    expect_second();
}

TEST_F(HostileMoves, AReadOnlyImageIsTold) {
    testing::run({"mount", "-o", "remount,ro", root()});
    expect_refused_until("Read-only", [&] { testing::run({"mount", "-o", "remount,rw", root()}); });
}

TEST_F(HostileMoves, AttributesWithoutEndAreTheBladesOwn) {
    for (const char* path : {"/etc/motd", "/etc"}) {
        const std::string value(200, 'v');
        int set = 0;
        while (::setxattr((root() + path).c_str(), ("user." + std::to_string(set)).c_str(),
                          value.data(), value.size(), 0) == 0)
            ++set;
        ASSERT_GT(set, 1);
    }
    const MovedBladeImage moved = value_of(move_on(hostile()));
    EXPECT_THAT(moved.conflicts, Contains(Field(&changeset::KeptPath::path, "etc/motd")));
    EXPECT_EQ(text("/etc/motd"), "first");
    EXPECT_EQ(text("/etc/app/a"), "second");
    EXPECT_GT(::getxattr((root() + "/etc").c_str(), "user.0", nullptr, 0), 0);
}

TEST_F(HostileMoves, OtherNamesOfAFileKeepWhatItWas) {
    std::filesystem::create_hard_link(root() + "/etc/motd", root() + "/var/own");
    // Two paths of the change are one file.
    testing::run({"ln", "-f", root() + "/etc/motd", root() + "/etc/removed"});
    testing::run({"ln", "-f", root() + "/etc/motd", root() + "/etc/app/a"});
    const MovedBladeImage moved = value_of(move_on(hostile()));
    EXPECT_THAT(moved.conflicts, IsEmpty());
    expect_second();
    EXPECT_EQ(text("/var/own"), "first");
    EXPECT_NE(value_of(sys::stat(root() + "/etc/motd")).inode,
              value_of(sys::stat(root() + "/etc/app/a")).inode);
}

}  // namespace
}  // namespace dim::server
