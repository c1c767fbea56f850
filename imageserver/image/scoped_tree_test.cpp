#include "imageserver/image/scoped_tree.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using manifest::Entry;
using manifest::EntryType;
using manifest::Manifest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Of "etc/" a directory, of "etc/motd=x" a file of one byte; "etc/b#1=x" has the link group 1.
Manifest tree(const std::vector<std::string>& texts) {
    Manifest made;
    made.entries.emplace_back().type = EntryType::directory;
    for (const std::string& text : texts) {
        Entry entry;
        entry.path = text;
        if (text.ends_with('/')) {
            entry.type = EntryType::directory;
            entry.path.pop_back();
        } else {
            entry.path = text.substr(0, text.find_first_of("#="));
            entry.size = static_cast<unsigned char>(text.back());
            if (const auto link = text.find('#'); link != text.npos)
                entry.link_group = static_cast<std::uint32_t>(text[link + 1] - '0');
        }
        made.entries.push_back(std::move(entry));
    }
    return made;
}

Result<Manifest> scoped(const std::vector<std::string>& newest,
                        const std::vector<std::string>& master,
                        const std::vector<std::string>& paths) {
    return with_scope_of(tree(newest), tree(master), TreeScope::of(paths));
}

TEST(ScopedTree, TakesAPathAndNothingElse) {
    EXPECT_EQ(scoped({"etc/", "etc/group=1", "etc/passwd=1"},
                     {"etc/", "etc/group=2", "etc/passwd=2"}, {"/etc/passwd"}),
              tree({"etc/", "etc/group=1", "etc/passwd=2"}));
    EXPECT_EQ(scoped({"etc/", "etc/passwd=1", "etc/passwd-=1"}, {"etc/", "etc/passwd=2"},
                     {"/etc/passwd"}),
              tree({"etc/", "etc/passwd=2", "etc/passwd-=1"}))
        << "what only begins so is outside";
}

TEST(ScopedTree, TakesWhatIsBelowADirectory) {
    EXPECT_EQ(scoped({"etc/", "etc/app/", "etc/app/a=1", "etc/b=1"},
                     {"etc/", "etc/app/", "etc/app/c=2", "etc/b=2"}, {"/etc/app"}),
              tree({"etc/", "etc/app/", "etc/app/c=2", "etc/b=1"}));
    EXPECT_EQ(scoped({"etc/", "etc/app/", "etc/app/a=1"}, {"etc/"}, {"/etc/app"}), tree({"etc/"}));
}

TEST(ScopedTree, BringsTheDirectoriesOfWhatIsNew) {
    EXPECT_EQ(scoped({"etc/"}, {"etc/", "etc/new/", "etc/new/conf=2"}, {"/etc/new/conf"}),
              tree({"etc/", "etc/new/", "etc/new/conf=2"}));
}

TEST(ScopedTree, RefusesWhatIsNowhereOrInTheWay) {
    EXPECT_EQ(scoped({"usr/"}, {"usr/"}, {"/bin/ls"}).error().code(), ErrorCode::not_found);
    EXPECT_EQ(scoped({"etc/", "etc/app=1"}, {"etc/", "etc/app/", "etc/app/a=2"}, {"/etc/app/a"})
                  .error()
                  .code(),
              ErrorCode::conflict);
    const auto linked = scoped({"etc/", "etc/a#1=1", "etc/b#1=1"}, {"etc/", "etc/a=2"}, {"/etc/a"});
    ASSERT_FALSE(linked);
    EXPECT_THAT(linked.error().message(), HasSubstr("/etc/b is another name of /etc/a"));
}

TEST(ScopedTree, NumbersLinksAnew) {
    EXPECT_EQ(scoped({"a/", "a/x#1=1", "a/y#1=1", "b/", "b/x#2=1", "b/y#2=1"},
                     {"a/", "a/p#1=2", "a/q#1=2"}, {"/a"}),
              tree({"a/", "a/p#1=2", "a/q#1=2", "b/", "b/x#2=1", "b/y#2=1"}));
}

TEST(TreeScope, LooksAtNothingElse) {
    const TreeScope scope = TreeScope::of({"/etc/app", "/usr/lib/x"});
    const sys::TreeFilter filter =
        scope.within({.leaves_out = [](const std::string& path) { return path == "etc/app/out"; },
                      .enters = {}});
    std::vector<std::string> seen;
    for (const char* path : {"etc", "etc/app", "etc/app/in", "etc/app/out", "etc/apple", "usr",
                             "usr/lib", "usr/lib/y", "var"})
        if (!filter.leaves_out(path)) seen.emplace_back(path);
    EXPECT_THAT(seen, ElementsAre("etc", "etc/app", "etc/app/in", "usr", "usr/lib"));
    EXPECT_EQ(scope.text(), "/etc/app, /usr/lib/x");
    EXPECT_EQ(TreeScope::of({"/a", "/b", "/c", "/d"}).text(), "/a, /b, /c and 1 more");
}

}  // namespace
}  // namespace dim::server
