#include "imageserver/image/master_watch.hpp"
#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/manifest/rescan.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/loop.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/own_mounts.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <random>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/xattr.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using dim::testing::run;
using dim::testing::value_of;
using dim::testing::write;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A tree on a file system of its own, what is beside it there, and one who looks at it.
class MasterWatchTest : public ::testing::Test {
protected:
    MasterWatchTest() {
        dim::testing::enter_own_mounts();
        value_of(sys::mkdir(disk));
    }
    ~MasterWatchTest() override {
        watch.reset();
        static_cast<void>(sys::umount(disk, MNT_DETACH));
    }

    /// TYPE, "tmpfs", or what "mkfs.TYPE" makes.
    void mount(const std::string& type) {
        if (type == "tmpfs") {
            value_of(sys::mount("none", disk, type, 0, ""));
        } else {
            const std::string file = temporary / (type + ".img");
            write(file, std::string_view());
            const sys::Fd fd = value_of(sys::open(file, O_RDWR));
            value_of(sys::ftruncate(fd, std::uint64_t{320} << 20));
            run({"mkfs." + type, "-q", file});
            const sys::LoopDevice device = value_of(sys::LoopDevice::attach(fd, file));
            value_of(sys::mount(device.path(), disk, type, 0, ""));
        }
        for (const std::string& path : {tree, outside, tree + "/a", tree + "/a/b", tree + "/c"})
            value_of(sys::mkdir(path));
        for (const std::string& path : {"/1", "/a/1", "/a/b/1", "/c/1"})
            write(tree + path, path);
        open();
    }
    void open() {
        watch.reset();
        watch = value_of(MasterWatch::open(
            {.whole_after = std::chrono::hours(24), .now_us = [this] { return now_us; }}));
    }
    MasterNews begin(std::vector<std::string> exclude = {}) {
        const sys::Fd root = value_of(sys::open_directory(tree));
        return watch->begin(image, source(std::move(exclude)), root, {});
    }
    api::ImageSource source(std::vector<std::string> exclude) const {
        return {.source = value_of(model::MasterSource::parse(tree)),
                .exclude = std::move(exclude),
                .one_file_system = false};
    }
    manifest::ScannedTree scan() const {
        return value_of(manifest::scan_tree(value_of(sys::open_directory(tree)), {}));
    }
    void end(const manifest::ScannedTree& looked) {
        watch->end(image, std::make_shared<const LookedTree>(LookedTree{
                              .digest = "", .inodes = looked.inodes, .whole_us = now_us}));
    }
    /// Looks at all of it, and then hears what changes.
    manifest::ScannedTree look() {
        static_cast<void>(begin());
        manifest::ScannedTree looked = scan();
        end(looked);
        return looked;
    }
    /// As the reader does: whoever looks at another image does so, too.
    void read_what_was_told() {
        const sys::Fd root = value_of(sys::open_directory(outside));
        static_cast<void>(
            watch->begin(value_of(model::ImageName::parse("other")), source({}), root, {}));
    }
    std::string why_next() {
        std::string why = begin().why_whole;
        end(scan());
        return why;
    }
    /// That of what was told alone the tree is known, beginning with KNOWN, which becomes it.
    void expect_known(manifest::ScannedTree& known) {
        const MasterNews news = begin();
        ASSERT_EQ(news.why_whole, "");
        known = value_of(manifest::rescan_tree(value_of(sys::open_directory(tree)), known,
                                               news.notes.paths(known), {}))
                    .tree;
        end(known);
        ASSERT_EQ(to_text(known.manifest), to_text(scan().manifest));
    }

    dim::testing::TemporaryDirectory temporary;
    const std::string disk = temporary / "disk";
    const std::string tree = disk + "/tree";
    const std::string outside = disk + "/outside";
    const model::ImageName image = value_of(model::ImageName::parse("granite"));
    std::int64_t now_us = 1'000'000;
    std::unique_ptr<MasterWatch> watch;
};

/// Does to the trees whatever comes; what cannot be done is not.
class Anything {
public:
    Anything(std::string tree, std::string outside)
        : tree_(std::move(tree)), outside_(std::move(outside)), random_(20260726) {}

    void happens() {
        const std::string here = some(true);
        const std::string there = some(false) + "/" + name();
        switch (number(18)) {
            case 0:
            case 1: write_to(there, O_CREAT | O_TRUNC); break;
            case 2: write_to(here, O_APPEND); break;
            case 3: ::unlink(here.c_str()); break;
            case 4:
            case 5: ::mkdir(there.c_str(), 0755); break;
            case 6:
                if (number(4) == 0) std::filesystem::remove_all(here);
                break;
            case 7:
            case 8:
            case 9: ::rename(here.c_str(), there.c_str()); break;
            case 10:
            case 11: ::link(here.c_str(), there.c_str()); break;
            case 12: ::chmod(here.c_str(), 0600 + number(64)); break;
            case 13: ::setxattr(here.c_str(), "trusted.dim", "12345", number(5) + 1, 0); break;
            case 14: ::lchown(here.c_str(), number(9), number(9)); break;
            case 15: ::symlink(name().c_str(), there.c_str()); break;
            case 16: ::mkfifo(there.c_str(), 0600); break;
            case 17: write_by_mapping(here); break;
            default: break;
        }
    }

private:
    unsigned number(unsigned below) {
        return std::uniform_int_distribution<unsigned>(0, below - 1)(random_);
    }
    std::string name() { return std::string(1, static_cast<char>('a' + number(6))); }
    /// Some path of the trees: anything but their roots, or a directory.
    std::string some(bool is_anything) {
        std::vector<std::string> paths;
        if (!is_anything) paths = {tree_, outside_};
        for (const std::string& root : {tree_, outside_})
            for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
                if (is_anything || (!entry.is_symlink() && entry.is_directory()))
                    paths.push_back(entry.path());
        std::ranges::sort(paths);
        return paths.empty() ? tree_ : paths[number(static_cast<unsigned>(paths.size()))];
    }
    void write_to(const std::string& path, int flags) {
        const sys::Fd file(
            ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | flags, 0644));
        if (file) static_cast<void>(sys::write_all(file, std::to_string(number(100))));
    }
    void write_by_mapping(const std::string& path) {
        const sys::Fd file(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
        if (!file || !S_ISREG(value_of(sys::fstat(file)).mode)) return;
        if (::ftruncate(file.get(), 100) != 0) return;
        void* bytes = ::mmap(nullptr, 100, PROT_WRITE, MAP_SHARED, file.get(), 0);
        *static_cast<char*>(bytes) = static_cast<char>('a' + number(26));
        ::munmap(bytes, 100);
    }

    std::string tree_;
    std::string outside_;
    std::mt19937 random_;
};

class OnEach : public MasterWatchTest, public ::testing::WithParamInterface<std::string> {};

TEST_P(OnEach, WhatIsToldIsAllThatChanged) {
    mount(GetParam());
    Anything anything(tree, outside);
    manifest::ScannedTree known = look();
    for (int round = 0; round < 80; ++round) {
        SCOPED_TRACE(round);
        for (int i = 0; i < 1 + round % 20; ++i)
            anything.happens();
        expect_known(known);
        if (HasFatalFailure()) return;
    }
}

TEST_P(OnEach, WhatChangesWhileItIsLookedAtIsToldTheNextTime) {
    mount(GetParam());
    Anything anything(tree, outside);
    manifest::ScannedTree known = look();
    for (int round = 0; round < 25; ++round) {
        SCOPED_TRACE(round);
        for (int i = 0; i < 10; ++i)
            anything.happens();
        const MasterNews news = begin();
        ASSERT_EQ(news.why_whole, "");
        const auto rescanned = manifest::rescan_tree(value_of(sys::open_directory(tree)), known,
                                                     news.notes.paths(known), {});
        // Between the look and its end; the new inodes are not known yet.
        for (int i = 0; i < 10; ++i)
            anything.happens();
        read_what_was_told();
        known = value_of(rescanned).tree;
        end(known);
        expect_known(known);
        if (HasFatalFailure()) return;
    }
}

INSTANTIATE_TEST_SUITE_P(FileSystems, OnEach, ::testing::Values("tmpfs", "ext4", "xfs"));

TEST_F(MasterWatchTest, TheFirstLookIsAtAll) {
    mount("tmpfs");
    EXPECT_THAT(begin().why_whole, HasSubstr("was not watched"));
    end(scan());
    EXPECT_EQ(begin().why_whole, "");
}

TEST_F(MasterWatchTest, ALookThatDidNotEndIsForgotten) {
    mount("tmpfs");
    look();
    static_cast<void>(begin());
    EXPECT_THAT(begin().why_whole, HasSubstr("did not end"));
}

TEST_F(MasterWatchTest, AnotherProcessKnowsNothing) {
    mount("tmpfs");
    look();
    open();
    EXPECT_THAT(begin().why_whole, HasSubstr("was not watched"));
}

int most_queued() {
    const std::string text = value_of(sys::read_file("/proc/sys/fs/fanotify/max_queued_events"));
    return value_of(parse_number<int>(trim(text)));
}

TEST_F(MasterWatchTest, MoreThanTheKernelKeepsIsTold) {
    mount("tmpfs");
    look();
    const int most = most_queued();
    ASSERT_LT(most, 1'000'000);
    // In a directory that is not looked at, and nobody empties the queue.
    for (int i = 0; i <= most; ++i)
        ASSERT_EQ(::mknod((outside + "/" + std::to_string(i)).c_str(), S_IFREG, 0), 0);
    EXPECT_THAT(why_next(), HasSubstr("than the kernel keeps"));
    EXPECT_EQ(why_next(), "");
}

/// Bytes of changes that wait to be read; -1: nobody is told of changes.
int queued() {
    for (const std::string& name : value_of(sys::list_names("/proc/self/fd"))) {
        const auto target = sys::read_link("/proc/self/fd/" + name);
        int bytes = 0;
        if (target && *target == "anon_inode:[fanotify]" &&
            ::ioctl(value_of(parse_number<int>(name)), FIONREAD, &bytes) == 0)
            return bytes;
    }
    return -1;
}

TEST_F(MasterWatchTest, TheReaderEmptiesTheQueue) {
    mount("tmpfs");
    look();
    watch->start();
    const int most = most_queued();
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < most / 2; ++i)
            ASSERT_EQ(
                ::mknod((outside + "/" + std::to_string(round * most + i)).c_str(), S_IFREG, 0), 0);
        const auto deadline = sys::Deadline::in(std::chrono::seconds(20));
        while (queued() != 0 && !deadline.has_passed())
            std::this_thread::yield();  // nothing tells when it is empty
        ASSERT_EQ(queued(), 0);
    }
    EXPECT_EQ(begin().why_whole, "");
}

TEST_F(MasterWatchTest, MoreChangesThanAreKeptAreTold) {
    mount("tmpfs");
    look();
    for (std::size_t i = 0; i <= ChangeNotes::kLimit; ++i) {
        ASSERT_EQ(::mknod((tree + "/n" + std::to_string(i)).c_str(), S_IFREG, 0), 0);
        if (i % 5000 == 0) read_what_was_told();
    }
    EXPECT_THAT(why_next(), HasSubstr("50000 changes"));
}

TEST_F(MasterWatchTest, WhatIsBesideTheTreeIsNotNoted) {
    mount("tmpfs");
    look();
    write(outside + "/x", "x");
    EXPECT_TRUE(begin().notes.is_empty());
    end(scan());
    write(tree + "/a/x", "x");
    EXPECT_FALSE(begin().notes.is_empty());
}

TEST_F(MasterWatchTest, AnotherTreeIsLookedAtAsAWhole) {
    mount("tmpfs");
    look();
    EXPECT_THAT(begin({"/a"}).why_whole, HasSubstr("other options"));
    end(scan());
    EXPECT_THAT(why_next(), HasSubstr("other options"));
    value_of(sys::rename(tree, disk + "/old"));
    value_of(sys::mkdir(tree));
    EXPECT_THAT(why_next(), HasSubstr("another one"));
}

TEST_F(MasterWatchTest, AFileSystemThatIsMountedAnewWasNotWatched) {
    mount("ext4");
    look();
    const std::string device = value_of(sys::mount_at(disk)).source;
    const sys::Fd held = value_of(sys::open(device, O_RDONLY));
    value_of(sys::umount(disk));
    value_of(sys::mount(device, disk, "ext4", 0, ""));
    write(tree + "/unseen", "x");
    EXPECT_THAT(why_next(), HasSubstr("mounted anew"));
    EXPECT_EQ(why_next(), "");
    // Also when another image has it marked again first.
    value_of(sys::umount(disk));
    value_of(sys::mount(device, disk, "ext4", 0, ""));
    read_what_was_told();
    EXPECT_THAT(why_next(), HasSubstr("mounted anew"));
}

TEST_F(MasterWatchTest, WhatIsMountedInItIsLookedAt) {
    mount("tmpfs");
    look();
    value_of(sys::mount("none", tree + "/c", "tmpfs", 0, ""));
    EXPECT_THAT(why_next(), HasSubstr("other file systems"));
    const MasterNews news = begin();
    EXPECT_EQ(news.why_whole, "");
    EXPECT_THAT(news.mount_points, ::testing::ElementsAre("c"));
    end(scan());
    value_of(sys::umount(tree + "/c"));
    EXPECT_THAT(why_next(), HasSubstr("other file systems"));
    // A part of it that is there twice.
    value_of(sys::mount(outside, tree + "/c", "", MS_BIND, ""));
    EXPECT_THAT(begin().why_whole, HasSubstr("is mounted in it"));
    value_of(sys::umount(tree + "/c"));
}

TEST_F(MasterWatchTest, WhatIsMountedForAMomentIsTold) {
    mount("tmpfs");
    look();
    EXPECT_EQ(begin().why_whole, "");
    value_of(sys::mount("none", tree + "/c", "tmpfs", 0, ""));
    const manifest::ScannedTree hidden = scan();
    value_of(sys::umount(tree + "/c"));
    watch->close_look(image);
    end(hidden);
    EXPECT_THAT(why_next(), HasSubstr("was mounted or unmounted"));
    EXPECT_EQ(begin().why_whole, "");
    watch->close_look(image);
    // As an image server does to make a generation.
    value_of(sys::mount("none", tree + "/c", "tmpfs", 0, ""));
    value_of(sys::umount(tree + "/c"));
    end(scan());
    EXPECT_EQ(begin().why_whole, "");
}

TEST_F(MasterWatchTest, AllOfItIsLookedAtOnceADay) {
    mount("tmpfs");
    look();
    now_us += std::chrono::microseconds(std::chrono::hours(24)).count() - 1;
    const MasterNews news = begin();
    EXPECT_EQ(news.why_whole, "");
    watch->end(image, news.looked);
    ++now_us;
    EXPECT_THAT(why_next(), HasSubstr("a day old"));
    EXPECT_EQ(why_next(), "");
}

TEST_F(MasterWatchTest, AFileSystemThatIsNotKnownIsNotWatched) {
    open();
    const sys::Fd root = value_of(sys::open_directory("/proc"));
    const MasterNews news = watch->begin(image, source({}), root, {});
    EXPECT_THAT(news.why_whole, HasSubstr("cannot be watched: only ext2 to ext4"));
    EXPECT_EQ(news.looked, nullptr);
}

}  // namespace
}  // namespace dim::server
