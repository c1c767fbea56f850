#include "imageserver/master/remote_machine.hpp"
#include "imageserver/master/remote_samples.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

RemoteMachine machine() { return parse_answer(samples::remote_answer()).value(); }

TEST(RemoteMachine, OnlyAnAnswerIsOne) {
    for (const char* text :
         {"", "Welcome to master!\n", "root tree\nmount a / ext4\n", "root /\n",
          "root /\nmount a b\n", "root /\nmount a / ext4\noption --to-command\n"})
        EXPECT_EQ(parse_answer(text).error().code(), ErrorCode::invalid_input) << text;
    EXPECT_THAT(to_string(parse_answer("Welcome\x1b!\n").error()),
                HasSubstr("'Welcome?!' (its shell must say nothing by itself"));
}

TEST(RemoteMachine, TellsOfItself) {
    const RemoteMachine told = machine();
    EXPECT_EQ(told.root, "/");
    EXPECT_TRUE(told.is_root);
    EXPECT_TRUE(told.options.contains("--xattrs"));
    EXPECT_EQ(told.mounts.at(4).target, "/srv/a b");
}

TEST(RemoteMachine, DisksBelongToTheTree) {
    const RemoteMachine told = machine();
    // No proc, no NFS, no tmpfs; the bind mount of the root's disk is entered anyway.
    EXPECT_THAT(parts_of_tree(told, false), ElementsAre(".", "./boot", "./srv/a b"));
    EXPECT_THAT(parts_of_tree(told, true), ElementsAre("."));
    RemoteMachine below = told;
    below.root = "/srv";
    EXPECT_THAT(parts_of_tree(below, false), ElementsAre(".", "./a b"));
    EXPECT_EQ(used_bytes(told, {"."}), 3'000'000U * 1024);
    EXPECT_EQ(used_bytes(told, {".", "./boot"}), 3'100'000U * 1024);
    EXPECT_EQ(used_bytes(told, {".", "./srv/a b"}), 0U);
}

TEST(RemoteMachine, ShellsTakeEachNameForOneWord) {
    EXPECT_THAT(question("/srv/it's; reboot"), HasSubstr("cd '/srv/it'\\''s; reboot' || exit 65;"));
    RemoteMachine told = machine();
    told.root = "/a$(reboot)";
    const std::string script = transfer(told, {".", "./b'c"}, {"/proc/*", "*.bak", "/x'y"}).value();
    EXPECT_THAT(script, HasSubstr("cd '/a$(reboot)'"));
    EXPECT_THAT(script, HasSubstr(" --anchored --exclude='./proc/*' --no-anchored "
                                  "--exclude='*.bak' --anchored --exclude='./x'\\''y'"));
    EXPECT_THAT(script, HasSubstr(" -- '.' './b'\\''c'"));
    EXPECT_THAT(script, HasSubstr("--xattrs --acls --format=posix"));
}

TEST(RemoteMachine, FindListsWhatIsNotLeftOut) {
    RemoteMachine told = machine();
    EXPECT_TRUE(can_list(told));
    const std::string script =
        listing(told, {".", "./b'c"},
                {"/proc/*", "*.bak", "/x'y", "/etc/o*", "/var/*/one", "a/b", "/[ab]", "[ab]"});
    EXPECT_THAT(script, HasSubstr("find '.' './b'\\''c' -ignore_readdir_race -xdev "
                                  "\\( -path './proc/*' -o -name '*.bak' -o -path './x'\\''y' \\) "
                                  "-prune -o -printf"));
    EXPECT_THAT(listing(told, {"."}, {"/etc/o*"}), HasSubstr("-xdev -printf"));
    EXPECT_THAT(transfer_of_some(told).value(),
                HasSubstr(" --no-recursion --null --no-unquote --files-from=-"));
    RemoteMachine small = told;
    small.has_gnu_find = false;
    EXPECT_FALSE(can_list(small));
    told.options.erase("--no-unquote");
    EXPECT_FALSE(can_list(told));
}

TEST(RemoteMachine, AnOldTarIsAskedForWhatItHas) {
    RemoteMachine told = machine();
    told.options.erase("--xattrs");
    EXPECT_THAT(transfer(told, {"."}, {}).value(), Not(HasSubstr("--xattrs")));
    told.options.erase("--one-file-system");
    EXPECT_THAT(to_string(transfer(told, {"."}, {}).error()), HasSubstr("install GNU tar there"));
}

}  // namespace
}  // namespace dim::server
