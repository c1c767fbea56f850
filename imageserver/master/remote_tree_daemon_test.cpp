#include "imageserver/master/master_fixture.hpp"
#include "imageserver/master/sshd_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace dim::server {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class RemoteMasterTest : public MasterTest {
protected:
    static void SetUpTestSuite() { ASSERT_TRUE(OwnSshd::enter_network()) << "needs root"; }
    RemoteMasterTest() { settings.ssh_options = sshd.ssh_options(); }

    std::string refusal(const std::string& path) const {
        const auto master = capture_of(OwnSshd::source(path));
        return master ? "taken" : to_string(master.error());
    }
    /// The machine's list passes through COMMAND.
    void list_through(const std::string& command) {
        sshd.run_instead("case \"$SSH_ORIGINAL_COMMAND\" in\n"
                         "*dim-list*) sh -c \"$SSH_ORIGINAL_COMMAND\" | " +
                         command +
                         ";;\n"
                         "*) sh -c \"$SSH_ORIGINAL_COMMAND\";;\n"
                         "esac");
    }

    OwnSshd sshd{directory.path()};
};

TEST_F(RemoteMasterTest, ARunningMachineIsCaptured) {
    std::uint64_t told = 0;
    const auto master =
        capture(value_of(model::MasterSource::parse(OwnSshd::source(tree))), settings, staging,
                [&](std::string_view text, std::uint64_t, std::uint64_t) {
                    told += text.starts_with("copy from 127.0.0.1: ") ? 1 : 0;
                });
    ASSERT_TRUE(master) << to_string(master.error());
    EXPECT_EQ(differences(tree, master->directory()), "");
    EXPECT_GE(told, 1U);
}

TEST_F(RemoteMasterTest, DisksBelowBelongToIt) {
    const std::string disk = tree + "/srv it's";
    const std::string memory = tree + "/memory";
    run_script("cd '" + directory.path() +
               "' && truncate -s 8M disk && mkfs.ext4 -q disk && mkdir \"" + disk + "\" \"" +
               memory + "\" && mount -o loop disk \"" + disk + "\" && mount -t tmpfs none \"" +
               memory + "\" && echo x >\"" + disk + "/inside\" && echo x >\"" + memory +
               "/inside\"");
    settings.exclude = {"/etc/*", "lost+found"};
    {
        const auto master = capture_of(OwnSshd::source(tree));
        ASSERT_TRUE(master) << to_string(master.error());
        EXPECT_EQ(sys::list_names(master->directory() + "/srv it's").value(),
                  std::vector<std::string>{"inside"});
        EXPECT_TRUE(sys::list_names(master->directory() + "/memory").value().empty());
        EXPECT_TRUE(sys::list_names(master->directory() + "/etc").value().empty());
        settings.one_file_system = true;
    }
    {
        const auto master = capture_of(OwnSshd::source(tree));
        ASSERT_TRUE(master) << to_string(master.error());
        EXPECT_TRUE(sys::list_names(master->directory() + "/srv it's").value().empty());
    }
    run_script("umount \"" + disk + "\" \"" + memory + "\"");
}

TEST_F(RemoteMasterTest, AFailureNamesItsCure) {
    EXPECT_THAT(refusal("/missing"), HasSubstr("/missing: No such file"));
    const std::string known = sys::read_file(sshd.key("known")).value();
    write(sshd.key("known"), "");
    EXPECT_THAT(refusal(tree), AllOf(HasSubstr("Host key verification failed"),
                                     HasSubstr("'ssh -p 2222 root@127.0.0.1' once")));
    run_script("cd '" + directory / "keys" +
               "' && echo \"[127.0.0.1]:2222 $(cut -d' ' -f1,2 ours.pub)\" >known");
    EXPECT_THAT(refusal(tree), HasSubstr("'ssh-keygen -R [127.0.0.1]:2222'"));
    write(sshd.key("known"), known);
    write(sshd.key("authorized"), "");
    EXPECT_THAT(refusal(tree), HasSubstr("ssh-copy-id -p 2222 root@127.0.0.1"));
    sshd.stop();
    EXPECT_THAT(refusal(tree), HasSubstr("does its sshd run?"));
}

TEST_F(RemoteMasterTest, AChattyShellIsNamed) {
    sshd.run_instead("echo Welcome");
    EXPECT_THAT(refusal(tree), HasSubstr("its shell must say nothing by itself"));
}

TEST_F(RemoteMasterTest, AMachineThatGoesAwayIsAnError) {
    // Its tar is killed after the first bytes: the command of the key stands before it.
    sshd.run_instead(R"(case "$SSH_ORIGINAL_COMMAND" in
*--create*) sh -c "$SSH_ORIGINAL_COMMAND" | head -c 3000; kill -9 $PPID;;
*) sh -c "$SSH_ORIGINAL_COMMAND";;
esac)");
    EXPECT_NE(refusal(tree), "taken");
}

TEST_F(RemoteMasterTest, AMachineThatStopsAnsweringIsNotWaitedFor) {
    sshd.run_instead(R"(if [ -e asked ]; then
    case "$SSH_ORIGINAL_COMMAND" in
    *--create*) sh -c "$SSH_ORIGINAL_COMMAND" | head -c 3000;;
    *) exec sh -c "$SSH_ORIGINAL_COMMAND";;
    esac
fi
exec sleep 1000)");
    settings.silence = std::chrono::milliseconds(100);
    EXPECT_THAT(refusal(tree), HasSubstr("root@127.0.0.1 has stopped answering"));
    write(sshd.key("asked"), "");
    settings.silence = std::chrono::seconds(5);
    EXPECT_THAT(refusal(tree), HasSubstr("root@127.0.0.1 has stopped answering"));
    EXPECT_FALSE(sys::stat(staging)) << "what came of it is gone";
}

TEST_F(RemoteMasterTest, WhatIsNotWholeIsNamed) {
    sshd.run_instead(R"(sh -c "$SSH_ORIGINAL_COMMAND"
case "$SSH_ORIGINAL_COMMAND" in
*--create*) echo "tar: ./x: File removed before we read it" >&2; exit 1;;
esac)");
    const auto master = capture_of(OwnSshd::source(tree));
    ASSERT_TRUE(master) << to_string(master.error());
    EXPECT_THAT(master->notes(), Contains(HasSubstr("./x: File removed before we read it")));
}

/// Wants just these paths, and remembers what it was told.
class PathsPlan final : public FetchPlan {
public:
    explicit PathsPlan(std::vector<std::string> paths) : paths_(std::move(paths)) {}
    Result<std::optional<Wanted>> begin(MachineList listed) override {
        list = std::move(listed);
        return Wanted{.paths = paths_};
    }
    Result<Wanted> more(sys::Fd root, std::set<std::string> paths) override {
        roots.push_back(std::move(root));
        came = std::move(paths);
        return Wanted{};
    }
    bool lists(const std::string& path) const {
        return std::ranges::binary_search(list.names, path, {}, &ListedName::path);
    }
    std::string came_directory(const std::string& staging) const { return staging + "/tree/0"; }

    MachineList list;
    std::vector<sys::Fd> roots;
    std::set<std::string> came;

private:
    std::vector<std::string> paths_;
};

TEST_F(RemoteMasterTest, APlanSaysWhatComes) {
    const std::string odd = "usr/lib/back\\134slash -x\n'";
    write(tree + "/" + odd, "odd");
    PathsPlan plan({"", odd, "etc", "etc/group", "etc/passwd", "usr/lib/tool-again", "var/lib/one",
                    "var/lib", "dev/null"});
    settings.plan = &plan;
    settings.exclude = {"/opt/*", "/etc/o*", "*.bak", "/var/*/one-more"};
    write(tree + "/var/old.bak", "");
    write(tree + "/var/lib/one-more", "");
    const auto master = capture_of(OwnSshd::source(tree));
    ASSERT_TRUE(master) << to_string(master.error());
    EXPECT_TRUE(master->is_partial());
    const std::set<std::string> wanted{
        "",        odd,       "etc", "etc/group", "etc/passwd", "usr/lib/tool-again", "var/lib/one",
        "var/lib", "dev/null"};
    EXPECT_EQ(plan.came, wanted);
    run({"bash", "-euc",
         "cd '" + tree +
             "' && for name in \"$@\"; do cmp \"$name\" \"$0/$name\"; "
             "[ \"$(getfacl -np \"$name\")\" = \"$(cd \"$0\"; getfacl -np \"$name\")\" ]; done",
         plan.came_directory(staging), odd, "usr/lib/tool-again", "var/lib/one"});
    for (const char* path :
         {"", "etc", "usr/lib/tool-again", "var/two", "usr/lib/caf\xc3\xa9 \n name"})
        EXPECT_TRUE(plan.lists(path)) << path;
    for (const char* path :
         {"opt/empty", "etc/outside", "var/old.bak", "var/lib/one-more", "lost+found"})
        EXPECT_FALSE(plan.lists(path)) << path;
    EXPECT_THAT(master->notes(), Contains(HasSubstr("9 of ")));
}

TEST_F(RemoteMasterTest, WhatIsListedIsWhatIsThere) {
    PathsPlan plan({});
    settings.plan = &plan;
    ASSERT_TRUE(capture_of(OwnSshd::source(tree)));
    const auto names = run_script("cd '" + tree + "' && find . -printf . ");
    EXPECT_EQ(plan.list.names.size(), names.size());
    for (const ListedName& name : plan.list.names) {
        const std::string path = tree + "/" + name.path;
        const sys::Fd opened = value_of(sys::open(path, O_PATH | O_NOFOLLOW));
        const sys::FileStatus status = value_of(sys::fstat(opened));
        EXPECT_EQ(name, (ListedName{.path = name.path,
                                    .type = status.mode & S_IFMT,
                                    .size = status.size,
                                    .device = status.device,
                                    .inode = status.inode,
                                    .modified = status.modified,
                                    .changed = status.changed}));
    }
}

TEST_F(RemoteMasterTest, WhatVanishesIsLeftOut) {
    PathsPlan plan({"etc/passwd", "gone", "usr/lib/\xff\xfe"});
    settings.plan = &plan;
    sshd.run_instead(R"(case "$SSH_ORIGINAL_COMMAND" in
*--files-from*) echo "tar: ./etc/passwd: File shrank by 7 bytes; padding with zeros" >&2;;
esac
exec bash -c "$SSH_ORIGINAL_COMMAND")");
    const auto master = capture_of(OwnSshd::source(tree));
    ASSERT_TRUE(master) << to_string(master.error());
    EXPECT_EQ(plan.came, (std::set<std::string>{"etc/passwd", "usr/lib/\xff\xfe"}));
    EXPECT_THAT(master->notes(), Contains(HasSubstr("1 files vanished")));
    EXPECT_THAT(master->notes(), Not(Contains(HasSubstr("Cannot stat")))) << "it is told once";
    EXPECT_THAT(master->notes(), Contains(HasSubstr("File shrank by 7 bytes")));
}

TEST_F(RemoteMasterTest, WhatDoesNotComeIsAnError) {
    PathsPlan plan({"etc/passwd", "etc/group"});
    settings.plan = &plan;
    // One of both, and no word about the other.
    sshd.run_instead(R"(case "$SSH_ORIGINAL_COMMAND" in
*--files-from*) head -zn 1 | sh -c "$SSH_ORIGINAL_COMMAND";;
*) sh -c "$SSH_ORIGINAL_COMMAND";;
esac)");
    EXPECT_THAT(refusal(tree), HasSubstr("1 files did not come"));
    // A disk that cannot be read, as tar tells it.
    sshd.run_instead(R"(case "$SSH_ORIGINAL_COMMAND" in
*--files-from*) sh -c "$SSH_ORIGINAL_COMMAND"; echo "tar: ./etc/group: Read error at byte 0, while reading 512 bytes: Input/output error" >&2; exit 2;;
*) sh -c "$SSH_ORIGINAL_COMMAND";;
esac)");
    EXPECT_THAT(refusal(tree), HasSubstr("Input/output error"));
}

TEST_F(RemoteMasterTest, AListThatIsCutShortIsRefused) {
    PathsPlan plan({});
    settings.plan = &plan;
    list_through("head -c 1000");
    EXPECT_THAT(refusal(tree), HasSubstr("cut short"));
    // The end mark without its NUL.
    list_through("head -c -1");
    EXPECT_THAT(refusal(tree), HasSubstr("cut short"));
}

TEST_F(RemoteMasterTest, WhatFindComplainsOfIsLeftToTar) {
    PathsPlan plan({});
    settings.plan = &plan;
    // A pattern that find cannot leave out: it looks at what tar does not touch.
    settings.exclude = {"/var/*/one"};
    sshd.run_instead(
        R"(export keys=$PWD
find() { command find "$@"; echo "find: './var/lib/one': `cat $keys/complaint`" >&2; return 1; }
export -f find
exec bash -c "$SSH_ORIGINAL_COMMAND")");
    write(sshd.key("complaint"), "Permission denied");
    {
        const auto master = capture_of(OwnSshd::source(tree));
        ASSERT_TRUE(master) << to_string(master.error());
        EXPECT_FALSE(master->is_partial());
        EXPECT_TRUE(sys::stat(master->directory() + "/etc/passwd"));
        EXPECT_FALSE(sys::stat(master->directory() + "/var/lib/one"));
        EXPECT_THAT(master->notes(),
                    Contains("all of it came: find on root@127.0.0.1: find: './var/lib/one': "
                             "Permission denied"));
    }
    write(sshd.key("complaint"), "No such file or directory");
    const auto master = capture_of(OwnSshd::source(tree));
    ASSERT_TRUE(master) << to_string(master.error());
    EXPECT_TRUE(master->is_partial()) << "names that vanish are no failure";
}

TEST_F(RemoteMasterTest, OfAFindThatWasKilledAllComes) {
    PathsPlan plan({});
    settings.plan = &plan;
    sshd.run_instead(R"(find() { command find "$@"; return 137; }
export -f find
exec bash -c "$SSH_ORIGINAL_COMMAND")");
    const auto master = capture_of(OwnSshd::source(tree));
    ASSERT_TRUE(master) << to_string(master.error());
    EXPECT_FALSE(master->is_partial());
    EXPECT_THAT(master->notes(), Contains("all of it came: find on root@127.0.0.1 failed"));
}

TEST_F(RemoteMasterTest, OfMoreNamesThanALimitAllComes) {
    PathsPlan plan({});
    settings.plan = &plan;
    sshd.run_instead(R"(case "$SSH_ORIGINAL_COMMAND" in
*dim-list*) printf 'dim-list 1 1700000000\0'; yes 'f 0 1 2 3.0 4.0 ./a' | tr '\n' '\0';;
*) exec bash -c "$SSH_ORIGINAL_COMMAND";;
esac)");
    const auto master = capture_of(OwnSshd::source(tree));
    ASSERT_TRUE(master) << to_string(master.error());
    EXPECT_FALSE(master->is_partial());
    EXPECT_EQ(differences(tree, master->directory()), "");
    EXPECT_THAT(master->notes(),
                Contains("all of it came: the machine has more than 1500000 files"));
}

/// While it plans, another capture of the machine begins.
class BusyPlan final : public FetchPlan {
public:
    explicit BusyPlan(std::function<void()> other) : other_(std::move(other)) {}
    Result<std::optional<Wanted>> begin(MachineList) override {
        std::thread(other_).join();
        return Wanted{};
    }
    Result<Wanted> more(sys::Fd, std::set<std::string>) override { return Wanted{}; }

private:
    std::function<void()> other_;
};

TEST_F(RemoteMasterTest, OneListIsMadeAtATime) {
    const auto source = value_of(model::MasterSource::parse(OwnSshd::source(tree)));
    PathsPlan second({});
    CaptureSettings hasty = settings;
    hasty.plan = &second;
    hasty.patience = std::chrono::milliseconds(10);
    std::vector<std::string> notes;
    BusyPlan first([&] {
        const auto other = capture(source, hasty, directory / "other", quiet());
        notes = other ? other->notes() : std::vector{to_string(other.error())};
    });
    settings.plan = &first;
    ASSERT_TRUE(capture_of(OwnSshd::source(tree)));
    EXPECT_THAT(notes, Contains(HasSubstr("the list of another machine")));
    EXPECT_TRUE(second.list.names.empty());
    // When the first one is done the next has its turn.
    const auto next = capture(source, hasty, directory / "other", quiet());
    ASSERT_TRUE(next) << to_string(next.error());
    EXPECT_TRUE(next->is_partial());
    EXPECT_FALSE(second.list.names.empty());
}

TEST_F(RemoteMasterTest, WhatWasNotAskedForIsRefused) {
    PathsPlan plan({"etc/group"});
    settings.plan = &plan;
    sshd.run_instead(R"(case "$SSH_ORIGINAL_COMMAND" in
*--files-from=-*) (cat; printf './etc/passwd\0') | bash -c "$SSH_ORIGINAL_COMMAND";;
*) bash -c "$SSH_ORIGINAL_COMMAND";;
esac)");
    EXPECT_THAT(refusal(tree), HasSubstr("./etc/passwd: it was not asked for"));
    sshd.run_instead(R"(case "$SSH_ORIGINAL_COMMAND" in
*--files-from=-*) (cat; printf './etc/group\0') | bash -c "$SSH_ORIGINAL_COMMAND";;
*) bash -c "$SSH_ORIGINAL_COMMAND";;
esac)");
    EXPECT_THAT(refusal(tree), HasSubstr("it came twice"));
}

TEST_F(RemoteMasterTest, AMachineThatSendsForEverIsNotListenedTo) {
    PathsPlan plan({"etc/group"});
    settings.plan = &plan;
    sshd.run_instead(R"(bash -c "$SSH_ORIGINAL_COMMAND"
case "$SSH_ORIGINAL_COMMAND" in
*--files-from=-*) exec cat /dev/zero;;
esac)");
    EXPECT_THAT(refusal(tree), HasSubstr("sends far more than what was asked for"));
}

TEST_F(RemoteMasterTest, WithoutGnuFindAllOfItComes) {
    PathsPlan plan({});
    settings.plan = &plan;
    sshd.run_instead(R"(find() { echo "find: unrecognized: -printf" >&2; return 1; }
export -f find
exec bash -c "$SSH_ORIGINAL_COMMAND")");
    const auto master = capture_of(OwnSshd::source(tree));
    ASSERT_TRUE(master) << to_string(master.error());
    EXPECT_FALSE(master->is_partial());
    EXPECT_EQ(differences(tree, master->directory()), "");
    EXPECT_THAT(master->notes(), Contains(HasSubstr("GNU find")));
}

}  // namespace
}  // namespace dim::server
