#include "libdim/manifest/puts.hpp"
#include "libdim/manifest/tree_fixture.hpp"

#include <functional>
#include <set>

#include <gmock/gmock.h>

namespace dim::manifest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kMost = 2;

/// Files of one word, two of which wait.
class WordSource final : public FileSource {
public:
    explicit WordSource(std::function<Result<void>()> on_settle) : settle_(std::move(on_settle)) {}
    Result<void> provide(const Entry& entry, const sys::Fd& directory,
                         const std::string& name) override {
        if (entry.path == missing) return fail(ErrorCode::not_found, "is not there");
        names.insert(name);
        DIM_TRY(const sys::Fd file,
                sys::openat(directory, name, O_WRONLY | O_CREAT | O_EXCL, 0644));
        return sys::write_all(file, "new");
    }
    Result<void> settle() override { return settle_(); }
    std::size_t most_waiting() const override { return kMost; }

    std::string missing;
    std::set<std::string> names;

private:
    std::function<Result<void>()> settle_;
};

class PutsTest : public ManifestTree {
protected:
    PutsTest() {
        make_directory("etc");
        for (const char* path : {"etc/a", "etc/b", "etc/c"})
            write(path, "old");
        make_directory("etc/d");
        write("etc/d/inside", "old");
    }
    /// With paths of the tree in which something changes.
    Result<void> put_all() {
        DIM_TRY(Puts puts, Puts::begin(directory, source, removals));
        for (const TreeChange::Put& put : wanted)
            DIM_CHECK(puts.put(put));
        return puts.finish();
    }
    /// How many of the files are new ones.
    std::size_t new_files() const {
        std::size_t count = 0;
        for (const Entry& entry : entries) {
            const auto text = sys::read_file(root + "/" + entry.path);
            if (text && *text == "new") ++count;
        }
        return count;
    }
    std::vector<std::string> waiting() const {
        std::vector<std::string> names = sys::list_names(root + "/etc").value();
        std::erase_if(names, [](const auto& name) { return !Puts::is_waiting_name(name); });
        return names;
    }
    Result<void> note_settle() {
        new_at_settle.push_back(new_files());
        waiting_at_settle.push_back(waiting().size());
        return new_at_settle.size() == failing_settle ? fail(ErrorCode::io, "the disk is gone")
                                                      : Result<void>();
    }

    const sys::Fd directory = sys::open_directory(root).value();
    const std::vector<Entry> entries = [] {
        std::vector<Entry> files(4);
        for (std::size_t i = 0; i < files.size(); ++i)
            files[i].path = std::string("etc/") + "abcd"[i];
        return files;
    }();
    const std::vector<TreeChange::Put> wanted{{&entries[0], {}, false},
                                              {&entries[1], {}, false},
                                              {&entries[2], {}, false},
                                              {&entries[3], {}, true}};
    std::vector<std::size_t> new_at_settle;
    std::vector<std::size_t> waiting_at_settle;
    std::size_t failing_settle = 0;
    const std::vector<const Entry*> no_names;
    Removals removals{directory, no_names, nullptr};
    WordSource source{[this] { return note_settle(); }};
};

TEST_F(PutsTest, AFileTakesItsPlaceWhenItIsSettled) {
    const auto done = put_all();
    ASSERT_TRUE(done) << to_string(done.error());
    EXPECT_THAT(new_at_settle, ElementsAre(0U, 2U));
    EXPECT_THAT(waiting_at_settle, ElementsAre(2U, 2U));
    EXPECT_EQ(new_files(), 4U) << "one of them where a directory was";
    EXPECT_THAT(waiting(), IsEmpty());
    EXPECT_EQ(source.names.size(), kMost);
}

TEST_F(PutsTest, WhatWaitedGoesWhenItCannotBeSettled) {
    failing_settle = 2;
    EXPECT_FALSE(put_all());
    EXPECT_EQ(new_files(), 2U);
    EXPECT_EQ(sys::read_file(root + "/etc/d/inside").value(), "old");
    EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(PutsTest, WhatWaitedGoesWhenAnotherCannotBeMade) {
    source.missing = "etc/b";
    const auto done = put_all();
    ASSERT_FALSE(done);
    EXPECT_THAT(to_string(done.error()), HasSubstr("etc/b"));
    EXPECT_EQ(new_files(), 0U);
    EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(PutsTest, AnotherNameWaitsForItsFile) {
    Entry name;
    name.path = "etc/name";
    const TreeChange::Put linked{&name, "etc/a", false};
    Puts puts = Puts::begin(directory, source, removals).value();
    ASSERT_TRUE(puts.put(wanted.front()));
    ASSERT_TRUE(puts.put(linked));
    ASSERT_TRUE(puts.finish());
    EXPECT_EQ(sys::read_file(root + "/etc/name").value(), "new");
    EXPECT_EQ(sys::stat(root + "/etc/name")->inode, sys::stat(root + "/etc/a")->inode);
    EXPECT_THAT(waiting(), IsEmpty());
}

}  // namespace
}  // namespace dim::manifest
