#include "imageserver/image/generations_test_fixture.hpp"
#include "imageserver/master/sshd_fixture.hpp"

#include <filesystem>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::OwnSshd;
using testing::value_of;

/// Its clock is ahead, so that nothing has just changed when it is listed; what it says is kept.
constexpr const char* kMachine = R"(date() { echo $(($(command date +%s) + 1000)); }
export -f date
set -o pipefail
bash -c "$SSH_ORIGINAL_COMMAND" | tee -a sent)";

/// An image whose master is a machine: this one, by a real sshd.
class MachineGenerations : public testing::GenerationsTest {
protected:
    static void SetUpTestSuite() { ASSERT_TRUE(OwnSshd::enter_network()) << "needs root"; }
    MachineGenerations() {
        sshd.be_known_to_root();
        sshd.run_instead(kMachine);
        in_tree("mkdir usr/many && cd usr/many && "
                "for i in $(seq 300); do head -c 2000 /dev/urandom >file.$i; done");
        api::ImportImage request = this->request();
        request.source = machine();
        value_of(store->import_image(request, quiet()));
        static_cast<void>(sent());
    }
    ~MachineGenerations() override { value_of(sys::umount("/root")); }

    void in_tree(const std::string& script) const {
        dim::testing::run_script("cd '" + tree + "' && " + script);
    }
    model::MasterSource machine() const {
        return value_of(model::MasterSource::parse(OwnSshd::source(tree)));
    }
    api::UpdateImage machine_request() const { return update_request(to_string(machine()), {}); }
    /// Of a machine that changed.
    Notes update_to(std::uint32_t generation) const {
        keep_master_of(generation);
        const MadeGeneration made = value_of(store->update_image(machine_request(), quiet()));
        EXPECT_EQ(made.generation ? made.generation->generation.number() : 0, generation);
        return made.notes;
    }
    /// A new blade has what the machine had then; by rsync.
    void expect_made(std::uint32_t generation) const {
        create("s01c1b01");
        expect_has("s01c1b01", generation);
        value_of(store->delete_blade_image(testing::blade_name("s01c1b01"), granite));
    }
    /// Bytes since the last call.
    std::uint64_t sent() const {
        const std::uint64_t bytes = std::filesystem::file_size(sshd.key("sent"));
        std::filesystem::resize_file(sshd.key("sent"), 0);
        return bytes;
    }

    OwnSshd sshd{directory.path()};
};

TEST_F(MachineGenerations, HaveWhatChangedWithoutTheRest) {
    EXPECT_FALSE(value_of(store->update_image(machine_request(), quiet())).generation);
    const std::uint64_t list = sent();
    in_tree("echo new >usr/many/file.7 && echo new >etc/motd");
    const Notes notes = update_to(2);
    // Two files, etc itself, and tar's own blocks; the tree is 600 KiB.
    EXPECT_LT(sent(), list + 30'000);
    EXPECT_THAT(notes, Contains(HasSubstr("3 of ")));
    expect_made(2);
}

TEST_F(MachineGenerations, AreWhatTheMachineIs) {
    in_tree(R"(
chmod 600 usr/many/file.1 && chown 70000:80000 usr/many/file.2
setfattr -n user.note -v new usr/many/file.3 && setfacl -m u:54321:rw,g:54322:r usr/many/file.4
setfacl -m d:u:54321:rwx usr/many && setcap cap_net_raw+ep usr/many/file.5
setfattr -n trusted.note -v link -h var/dangling
ln usr/many/file.6 usr/lib/six && ln usr/many/file.6 var/lib/six && rm usr/lib/tool-again
mv usr/many/file.8 usr/lib/eight && mv usr/many/file.9 usr/many/file.10
rm usr/many/file.11 && mkdir usr/many/file.11 && rm -r opt/empty && ln -s nowhere opt/empty
ln -sfn elsewhere var/dangling && rm dev/null && mknod dev/null c 1 5
touch -d '1969-12-31 12:00:00' usr/many/file.12 && mkdir -p srv/a/b && echo deep >srv/a/b/c
printf odd >$'usr/many/\xff\n\\134 -x' && truncate -s 3M var/sparse && touch -d '2001-01-01' .
)");
    static_cast<void>(update_to(2));
    expect_made(2);
    in_tree("rm -r srv usr/many/file.1* && setfattr -x user.note usr/many/file.3 && "
            "setfacl -b usr/many/file.4 usr/many && setcap -r usr/many/file.5");
    static_cast<void>(update_to(3));
    expect_made(3);
}

TEST_F(MachineGenerations, HaveContentWhoseTimeWasPutBack) {
    in_tree("touch -r usr/many/file.7 before && head -c 2000 /dev/zero >usr/many/file.7 && "
            "touch -r before usr/many/file.7 && rm before");
    static_cast<void>(update_to(2));
    expect_shared_root_is(directory / "2", 2);
    // rsync's quick look would not see it.
    EXPECT_EQ(value_of(sys::read_file(shown(2) + "/usr/many/file.7")), std::string(2000, '\0'));
}

TEST_F(MachineGenerations, TakeWhatOnlyMovedFromTheLastOne) {
    in_tree("mv usr/many opt/moved");
    const Notes moved = update_to(2);
    EXPECT_LT(sent(), 100'000U) << "no file of it came, but a list of 300";
    expect_made(2);
    // The same with all that was shared and is not any more.
    api::UpdateImage request = machine_request();
    request.shared = std::vector<std::string>{"usr"};
    ASSERT_TRUE(value_of(store->update_image(request, quiet())).generation);
    EXPECT_LT(sent(), 100'000U);
    create("s01c1b01");
    EXPECT_EQ(testing::differences(tree + "/opt", root_of("s01c1b01") + "/opt"), "");
}

TEST_F(MachineGenerations, AreWholeAfterGoingBack) {
    in_tree("echo new >usr/many/file.7 && echo new >etc/motd");
    static_cast<void>(update_to(2));
    value_of(store->roll_back_image({.name = granite, .generation = first, .label = ""}, quiet()));
    // Nothing changed on the machine, and yet two files are not in the newest generation.
    static_cast<void>(update_to(4));
    expect_made(4);
    // And when somebody only looked.
    in_tree("echo newer >usr/many/file.7");
    EXPECT_EQ(value_of(store->compare_with_source(machine_request(), quiet())).difference_count,
              1U);
    static_cast<void>(update_to(5));
    expect_made(5);
}

TEST_F(MachineGenerations, HaveOfWhatCameTwiceTheLast) {
    in_tree("echo new >usr/many/file.7 && echo root:x:0:0::/:/bin/sh >etc/passwd");
    static_cast<void>(update_to(2));
    value_of(store->roll_back_image({.name = granite, .generation = first, .label = ""}, quiet()));
    // motd comes in a first round, file.7 in a second, the accounts in both.
    in_tree("echo newer >etc/motd");
    const std::string accounts = tree + "/etc/passwd";
    sshd.run_instead("case \"$SSH_ORIGINAL_COMMAND\" in\n*--files-from=-*) echo >>rounds; "
                     "[ $(wc -l <rounds) = 1 ] || echo later:x:77:77::/:/bin/sh >>'" +
                     accounts + "';;\nesac\n" + kMachine);
    static_cast<void>(update_to(4));
    EXPECT_EQ(value_of(sys::read_file(sshd.key("rounds"))), "\n\n");
    create("s01c1b01");
    const std::string has = value_of(sys::read_file(root_of("s01c1b01") + "/etc/passwd"));
    EXPECT_THAT(has, HasSubstr("later:x:77"));
    EXPECT_EQ(has, value_of(sys::read_file(accounts)));
}

TEST_F(MachineGenerations, AreOfTheirOwnMachine) {
    // As a clone of it: the same inodes and times, and what is known is of another one.
    const std::string other = directory / "other";
    value_of(sys::mkdir(other));
    value_of(sys::mount(tree, other, "", MS_BIND, ""));
    const api::UpdateImage request = update_request(OwnSshd::source(other), {});
    ASSERT_FALSE(value_of(store->update_image(request, quiet())).generation);
    EXPECT_GT(sent(), 600'000U);
    ASSERT_FALSE(value_of(store->update_image(request, quiet())).generation);
    EXPECT_LT(sent(), 100'000U);
}

TEST_F(MachineGenerations, AreNotMadeOfHalfAList) {
    in_tree("echo new >etc/motd");
    sshd.run_instead(R"(case "$SSH_ORIGINAL_COMMAND" in
*dim-list*) bash -c "$SSH_ORIGINAL_COMMAND" | head -c 9000;;
*) bash -c "$SSH_ORIGINAL_COMMAND";;
esac)");
    const auto refused = store->update_image(machine_request(), quiet());
    ASSERT_FALSE(refused);
    EXPECT_THAT(to_string(refused.error()), HasSubstr("cut short"));
    EXPECT_EQ(value_of(store->image(granite)).generation, first);
    sshd.run_instead(kMachine);
    static_cast<void>(update_to(2));
    expect_made(2);
}

TEST_F(MachineGenerations, NeedAnInit) {
    in_tree("mv sbin/init usr/lib/real && ln -s ../usr/lib/real sbin/init");
    static_cast<void>(update_to(2));
    in_tree("chmod 644 usr/lib/real");
    const auto refused = store->update_image(machine_request(), quiet());
    ASSERT_FALSE(refused);
    EXPECT_THAT(to_string(refused.error()), HasSubstr("there is no program /sbin/init"));
}

TEST_F(MachineGenerations, AreOfAllThatCameWhereNothingCanBeListed) {
    in_tree("echo new >etc/motd && rm usr/many/file.7");
    sshd.run_instead(
        "find() { return 1; }\nexport -f find\nexec bash -c \"$SSH_ORIGINAL_COMMAND\"");
    EXPECT_THAT(update_to(2), Contains(HasSubstr("GNU find")));
    expect_made(2);
    // What was known is of before that.
    sshd.run_instead(kMachine);
    in_tree("echo newer >etc/motd");
    EXPECT_THAT(update_to(3), Not(Contains(HasSubstr("GNU find"))));
    EXPECT_GT(sent(), 600'000U);
    expect_made(3);
}

}  // namespace
}  // namespace dim::server
