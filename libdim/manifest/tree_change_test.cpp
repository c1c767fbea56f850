#include "libdim/manifest/compare.hpp"
#include "libdim/manifest/tree_change.hpp"
#include "libdim/manifest/tree_fixture.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <random>
#include <sys/xattr.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace dim::manifest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Files of SOURCE, MOST of which wait until they take their places; none when LEFT were provided,
/// as if something ended it in the middle.
class SeveralWait final : public FileSource {
public:
    SeveralWait(FileSource& source, std::size_t most, int left = -1)
        : source_(source), most_(most), left_(left) {}
    Result<void> provide(const Entry& entry, const sys::Fd& directory,
                         const std::string& name) override {
        if (left_-- == 0) return fail(ErrorCode::limit_exceeded, "no space");
        return source_.provide(entry, directory, name);
    }
    std::size_t most_waiting() const override { return most_; }

private:
    FileSource& source_;
    std::size_t most_;
    int left_;
};

class TreeChangeTest : public ManifestTree {
protected:
    TreeChangeTest() {
        EXPECT_TRUE(sys::mkdir(temporary / "new"));
        EXPECT_TRUE(sys::mkdir(temporary / "lost"));
    }
    static Manifest look(const std::string& directory) {
        return scan_tree(sys::open_directory(directory).value(), {}).value().manifest;
    }
    static std::vector<std::string> differences(const Manifest& older, const Manifest& newer) {
        std::vector<std::string> lines;
        for (const Difference& difference : compare(older, newer))
            lines.push_back(to_string(difference));
        return lines;
    }
    /// Makes the tree hold WANT, whose files are in the directories FROM.
    Result<void> become(const Manifest& want, const std::vector<std::string>& from,
                        TreeSource::Take take, bool is_keeping, std::size_t waiting = 1) const {
        std::vector<sys::Fd> roots;
        for (const std::string& directory : from)
            roots.push_back(sys::open_directory(directory).value());
        TreeSource source(std::move(roots), take);
        const Manifest have = look(root);
        const TreeChange change = plan_change(have, want);
        const sys::Fd directory = sys::open_directory(root).value();
        if (is_keeping)
            DIM_CHECK(
                keep_lost(change, directory, sys::open_directory(temporary / "lost").value()));
        SeveralWait together(source, waiting);
        return carry_out(change, directory, together, {});
    }
    void empty_lost() const {
        ASSERT_TRUE(sys::remove_tree(sys::open_directory(temporary / ".").value(), "lost"));
        ASSERT_TRUE(sys::mkdir(temporary / "lost"));
    }
};

/// Does RANDOM things to the tree below DIRECTORY, few names of which are often met again.
class RandomChanges {
public:
    RandomChanges(std::string directory, unsigned seed)
        : directory_(std::move(directory)), random_(seed) {}
    void make(int count) {
        for (int i = 0; i < count; ++i)
            change(place());
    }

private:
    unsigned below(unsigned bound) {
        return std::uniform_int_distribution<unsigned>(0, bound - 1)(random_);
    }
    std::string name() { return std::string(1, static_cast<char>('a' + below(5))); }
    /// A path in a directory that is there.
    std::string place() {
        std::string path = directory_;
        for (unsigned depth = below(3); depth > 0; --depth) {
            const std::string next = path + "/" + name();
            const auto status =
                sys::fstatat(sys::open_directory(path).value(), next.substr(next.rfind('/') + 1));
            if (!status || !S_ISDIR(status->mode)) break;
            path = next;
        }
        return path + "/" + name();
    }
    void remove(const std::string& path) {
        const std::size_t slash = path.rfind('/');
        ASSERT_TRUE(sys::remove_tree(sys::open_directory(path.substr(0, slash)).value(),
                                     path.substr(slash + 1)));
    }
    void change(const std::string& path) {
        const unsigned what = below(8);
        if (what == 6) {
            (void)::chmod(path.c_str(), 0600 + below(0200));
            return;
        }
        if (what == 7) {
            const std::string other = place();
            struct stat status{};
            if (::lstat(other.c_str(), &status) != 0 || S_ISDIR(status.st_mode)) return;
            const std::string beside = path + "~";
            if (::link(other.c_str(), beside.c_str()) != 0) return;
            if (::rename(beside.c_str(), path.c_str()) != 0) ::unlink(beside.c_str());
            ::unlink(beside.c_str());
            return;
        }
        remove(path);
        if (what < 2) {
            const sys::Fd file = sys::open(path, O_WRONLY | O_CREAT, 0644).value();
            ASSERT_TRUE(sys::write_all(file, std::string(below(3), 'x')));
            if (below(2) == 0) (void)::fsetxattr(file.get(), "user.note", "n", 1, 0);
        } else if (what == 2) {
            ASSERT_TRUE(sys::symlink("target" + name(), path));
        } else if (what == 3) {
            ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
        } else if (what == 4) {
            ASSERT_TRUE(sys::mkdir(path));
        }
    }

    std::string directory_;
    std::mt19937 random_;
};

TEST_F(TreeChangeTest, LeadsFromAnyTreeToAnyOtherAndBack) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        // Both go on from what they were.
        RandomChanges(root, seed).make(30);
        RandomChanges(temporary / "new", seed + 1000).make(30);
        const Manifest old = look(root);
        const Manifest wanted = look(temporary / "new");
        const auto made =
            become(wanted, {temporary / "new"}, TreeSource::Take::copies, true, 1 + seed % 5);
        ASSERT_TRUE(made) << to_string(made.error());
        ASSERT_THAT(differences(wanted, look(root)), IsEmpty());
        const auto back = become(old, {temporary / "lost"}, TreeSource::Take::links, false);
        ASSERT_TRUE(back) << to_string(back.error());
        ASSERT_THAT(differences(old, look(root)), IsEmpty());
        empty_lost();
    }
}

TEST_F(TreeChangeTest, InterruptedAnywhereItIsTakenBack) {
    RandomChanges(root, 1).make(200);
    RandomChanges(temporary / "new", 2).make(200);
    for (const std::string name : {"m", "n", "o", "p", "q", "r"}) {
        write(name, "old");
        const sys::Fd file = sys::open(temporary / "new/" + name, O_WRONLY | O_CREAT, 0644).value();
        ASSERT_TRUE(sys::write_all(file, "new"));
    }
    const Manifest old = look(root);
    const Manifest wanted = look(temporary / "new");
    int points = 0;
    for (bool is_over = false; !is_over; ++points) {
        std::vector<sys::Fd> roots;
        roots.push_back(sys::open_directory(temporary / "new").value());
        TreeSource source(std::move(roots), TreeSource::Take::copies);
        SeveralWait exhausted(source, 1 + static_cast<std::size_t>(points) % 4, points);
        const sys::Fd directory = sys::open_directory(root).value();
        const TreeChange change = plan_change(old, wanted);
        ASSERT_TRUE(keep_lost(change, directory, sys::open_directory(temporary / "lost").value()));
        is_over = carry_out(change, directory, exhausted, {}).has_value();
        ASSERT_TRUE(become(old, {temporary / "lost"}, TreeSource::Take::links, false));
        ASSERT_THAT(differences(old, look(root)), IsEmpty()) << points << " files were put";
        empty_lost();
    }
    EXPECT_GT(points, 5);
}

TEST_F(TreeChangeTest, LeavesAnUnchangedFileItsInode) {
    write("same", "same");
    write("other", "old");
    const std::uint64_t inode = sys::stat(root + "/same").value().inode;
    Manifest want = look(root);
    std::erase_if(want.entries, [](const Entry& entry) { return entry.path == "other"; });
    ASSERT_TRUE(become(want, {}, TreeSource::Take::links, false));
    EXPECT_EQ(sys::stat(root + "/same").value().inode, inode);
    EXPECT_FALSE(sys::stat(root + "/other"));
}

TEST_F(TreeChangeTest, AnotherModeIsAnotherInode) {
    write("tool", "tool");
    const sys::Fd running = sys::open(root + "/tool", O_RDONLY).value();
    ASSERT_EQ(::link((root + "/tool").c_str(), (temporary / "new/tool").c_str()), 0);
    Manifest want = look(root);
    want.entries.back().mode = 0755;
    ASSERT_TRUE(sys::unlink(temporary / "new/tool"));
    const sys::Fd copy = sys::open(temporary / "new/tool", O_WRONLY | O_CREAT, 0755).value();
    ASSERT_TRUE(sys::write_all(copy, "tool"));
    ASSERT_TRUE(sys::chmod(temporary / "new/tool", 0755));
    ASSERT_TRUE(become(want, {temporary / "new"}, TreeSource::Take::copies, true));
    EXPECT_EQ(sys::fstat(running).value().mode & 07777U, 0644U);
    EXPECT_EQ(sys::stat(root + "/tool").value().mode & 07777U, 0755U);
    EXPECT_EQ(sys::stat(temporary / "lost/tool").value().inode, sys::fstat(running).value().inode);
}

TEST_F(TreeChangeTest, NamesTheFileThatNoSourceHas) {
    write("here", "x");
    const Manifest want = look(root);
    ASSERT_TRUE(sys::unlink(root + "/here"));
    const auto made = become(want, {temporary / "new"}, TreeSource::Take::copies, false);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), ErrorCode::not_found);
    EXPECT_THAT(made.error().message(), HasSubstr("here"));
}

TEST_F(TreeChangeTest, FollowsNoLinkOutOfTheTree) {
    ASSERT_TRUE(sys::mkdir(temporary / "outside"));
    make_directory("etc");
    write("etc/passwd", "new");
    const Manifest want = look(root);
    const Manifest have{{want.entries[0], want.entries[1]}};
    ASSERT_TRUE(sys::rename(root + "/etc", temporary / "new/etc"));
    ASSERT_TRUE(sys::symlink(temporary / "outside", root + "/etc"));
    std::vector<sys::Fd> roots;
    roots.push_back(sys::open_directory(temporary / "new").value());
    TreeSource source(std::move(roots), TreeSource::Take::copies);
    EXPECT_FALSE(carry_out(plan_change(have, want), sys::open_directory(root).value(), source, {}));
    EXPECT_THAT(sys::list_names(temporary / "outside").value(), IsEmpty());
}

TEST_F(TreeChangeTest, SelectsEntriesWithLinksAmongThemselves) {
    write("a", "x");
    write("b", "y");
    ASSERT_EQ(::link((root + "/a").c_str(), (root + "/c").c_str()), 0);
    ASSERT_EQ(::link((root + "/b").c_str(), (root + "/d").c_str()), 0);
    const Manifest selected =
        select_entries(look(root), [](const Entry& entry) { return entry.path != "c"; });
    std::vector<std::uint32_t> groups;
    for (const Entry& entry : selected.entries)
        groups.push_back(entry.link_group);
    EXPECT_THAT(groups, ElementsAre(0U, 0U, 1U, 1U));
}

}  // namespace
}  // namespace dim::manifest
