#include "libdim/changeset/changeset_fixture.hpp"
#include "libdim/sys/loop.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/testing/kill_at_call.hpp"
#include "libdim/testing/own_mounts.hpp"

#include <gmock/gmock.h>

namespace dim::changeset {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// One of everything that is easily lost, and what can become of it.
constexpr const char* kNasty = R"(
mkdir -p etc usr/bin usr/lib/deep/er var/spool dev becomes-file gone/below
printf root >etc/passwd; printf '%s' old >etc/motd
head -c 300000 /dev/zero | tr '\0' x >usr/lib/big
seq 1 40000 >usr/lib/table
printf tool >usr/bin/tool; chmod 4755 usr/bin/tool; ln usr/bin/tool usr/lib/tool-again
printf pair >var/a; ln var/a var/b
truncate -s 20M var/sparse; printf end >>var/sparse
ln -s nowhere var/dangling; ln -s / usr/lib/root
mknod dev/null c 1 3; mknod dev/fifo p; mknod dev/disk b 259 300
printf odd >usr/lib/$'caf\xc3\xa9 \n name'; printf bad >usr/lib/$'\xff\xfe'
setfattr -n user.note -v kept usr/bin/tool; setfattr -n trusted.note -v x var
setfacl -m u:1234:r etc/passwd; setfacl -d -m u:1234:rwx var/spool
chown 1234:4321 var/a; chown -h 7:8 var/dangling
printf '' >becomes-directory; printf x >becomes-file/inside; printf y >gone/below/file
touch -d @1000000000.123456789 usr/lib usr/bin/tool
)";

constexpr const char* kChanges = R"(
printf 'root\nnew' >etc/passwd; setfacl -m u:1234:rw,u:5678:r etc/passwd
mv usr/lib/big usr/lib/deep/er/moved
sed -i '20000s/.*/changed/' usr/lib/table
rm usr/lib/tool-again; ln usr/bin/tool usr/lib/tool-third; printf tool2 >usr/bin/new-tool
cp --preserve=mode usr/bin/new-tool usr/bin/same-content; setfattr -n user.x -v y usr/bin/same-content
rm var/b; printf pair >var/b
printf x >>var/sparse
ln -sfn elsewhere var/dangling
rm dev/null; mknod dev/null c 1 5; chmod 640 dev/disk; rm dev/fifo; mkdir dev/fifo
rm becomes-directory; mkdir becomes-directory; printf in >becomes-directory/in
rm -r becomes-file; printf file >becomes-file
rm -r gone; rm usr/lib/$'\xff\xfe'; printf odd2 >usr/lib/$'caf\xc3\xa9 \n name'
setfattr -x user.note usr/bin/tool; setfattr -n trusted.note -v z var; chown 9:9 etc
mkfifo var/spool/pipe; setfacl -b var/spool/pipe
ln usr/bin/new-tool var/link; mkdir -p new/deep; printf deep >new/deep/file; chmod 700 new
touch -d @1100000000.5 usr/lib etc/motd .
)";

class AppliedChangeset : public ChangesetTrees {
protected:
    void make_nasty() {
        dim::testing::run_script("cd " + older + "\n" + kNasty);
        settle();
        change(kChanges);
    }
};

TEST_F(AppliedChangeset, MakesTheNewerTreeAsRsyncSeesIt) {
    make_nasty();
    const Created created = create();
    copy_older();
    EXPECT_EQ(look().standing, Standing::before);
    EXPECT_EQ(value_of(apply()), Standing::before);
    EXPECT_EQ(rest(), "");
    EXPECT_EQ(look().standing, Standing::after);
    EXPECT_EQ(value_of(apply()), Standing::after) << "it is done already";
    EXPECT_EQ(rest(), "");
    const Amounts amounts = amounts_of(created.contents);
    EXPECT_EQ(amounts.deltas, 2U) << "the table and the sparse file";
    EXPECT_GE(amounts.same, 1U) << "what moved is not carried";
    EXPECT_LT(value_of(sys::stat(file)).size, 20000U);
    const auto sparse = value_of(sys::stat(target + "/var/sparse"));
    EXPECT_LT(sparse.allocated, sparse.size / 10) << "holes stay holes";
}

TEST_F(AppliedChangeset, BackAgain) {
    make_nasty();
    const Created forward = create();
    dim::testing::run({"cp", "-a", newer, target});
    const sys::Fd back = value_of(sys::open(file, O_RDWR | O_CREAT | O_TRUNC, 0600));
    const Created backward =
        value_of(changeset::create(value_of(sys::open_directory(newer)),
                                   value_of(sys::open_directory(older)), back, no_progress));
    EXPECT_EQ(forward.outline.from, backward.outline.to);
    EXPECT_EQ(value_of(apply()), Standing::before);
    EXPECT_EQ(dim::testing::differences(older, target), "");
}

TEST_F(AppliedChangeset, OfTreesThatAreTheSameIsNothing) {
    dim::testing::run_script("cd " + older + "\n" + kNasty);
    settle();
    const Created created = create();
    EXPECT_EQ(created.outline.from, created.outline.to);
    EXPECT_THAT(differences_of(created.outline), IsEmpty());
    copy_older();
    EXPECT_EQ(value_of(apply()), Standing::after);
}

TEST_F(AppliedChangeset, WhatItDoesNotChangeMayBeAnything) {
    make_nasty();
    create();
    copy_older();
    dim::testing::run_script("cd " + target +
                             "\nmkdir mine; printf mine >mine/file; printf x >etc/hostname");
    EXPECT_EQ(value_of(apply()), Standing::before);
    EXPECT_EQ(dim::testing::differences(newer, target, {"/mine", "/etc/hostname"}).find("passwd"),
              std::string::npos);
    EXPECT_EQ(value_of(sys::read_file(target + "/mine/file")), "mine");
    EXPECT_EQ(value_of(sys::read_file(target + "/etc/hostname")), "x");
}

TEST_F(AppliedChangeset, NothingGoesWithADirectoryThatTheOlderTreeDidNotHave) {
    make_nasty();
    create();
    for (const char* own : {"gone/below/own", "becomes-file/own"}) {
        SCOPED_TRACE(own);
        copy_older();
        dim::testing::write(target + "/" + own, "mine");
        const auto refused = apply();
        ASSERT_FALSE(refused);
        EXPECT_THAT(refused.error().message(), HasSubstr(std::string("created   ") + own));
        EXPECT_EQ(value_of(sys::read_file(target + "/" + own)), "mine");
    }
}

TEST_F(AppliedChangeset, WhatWasStagedAndIsNotWhatItWasIsNotUsed) {
    make_nasty();
    const Created created = create();
    copy_older();
    const std::string staging = target + "/.dim-changeset-" + name_of(created.outline);
    value_of(sys::mkdir(staging));
    for (const Content& content : created.contents)
        dim::testing::write(staging + "/" + tls::to_hex(content.sha256), "planted");
    const auto refused = apply();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().cure(), HasSubstr("remove .dim-changeset-"));
    EXPECT_EQ(value_of(sys::read_file(target + "/etc/passwd")), "root");
}

TEST_F(AppliedChangeset, OneDoesNotGoOnWithWhatAnotherBegan) {
    make_nasty();
    const std::string begun = ".dim-changeset-" + name_of(create().outline);
    dim::testing::run_script("printf other >>" + older + "/etc/passwd");
    create();
    dim::testing::run_script("printf root >" + older + "/etc/passwd");
    copy_older();
    value_of(sys::mkdir(target + "/" + begun));
    EXPECT_EQ(apply().error().code(), ErrorCode::conflict);
    EXPECT_EQ(value_of(sys::read_file(target + "/etc/passwd")), "root");
}

TEST_F(AppliedChangeset, TheTimeOfTheRootIsWhatItWas) {
    dim::testing::run_script("cd " + older + "\n" + kNasty);
    settle();
    change("printf new >etc/motd");
    create();
    copy_older();
    EXPECT_EQ(value_of(apply()), Standing::before);
    EXPECT_EQ(rest(), "");
}

TEST_F(AppliedChangeset, NothingIsWrittenToWhatIsMountedInTheTree) {
    dim::testing::enter_own_mounts();
    make_nasty();
    create();
    copy_older();
    value_of(sys::mount("other", target + "/var", "tmpfs", 0, ""));
    const auto refused = apply();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("another file system is mounted at var"));
    value_of(sys::umount(target + "/var", 0));
    EXPECT_EQ(value_of(apply()), Standing::before);
    EXPECT_EQ(rest(), "");
}

TEST_F(AppliedChangeset, ATreeThatStandsOtherwiseStaysAsItIs) {
    make_nasty();
    create();
    copy_older();
    dim::testing::run_script("printf other >>" + target + "/etc/passwd; rm " + target + "/var/b");
    dim::testing::run({"rsync", "-aHAX", target + "/", directory / "before/"});
    const Look found = look();
    EXPECT_EQ(found.standing, Standing::other);
    EXPECT_EQ(found.differences.size(), 3U) << "var/a lost its other name";
    const auto refused = apply();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_THAT(refused.error().message(), HasSubstr("etc/passwd (size, content"));
    EXPECT_EQ(dim::testing::differences(directory / "before", target), "");
}

TEST_F(AppliedChangeset, NoLinkOfTheTreeLeadsOut) {
    make_nasty();
    create();
    const std::string victim = directory / "victim";
    value_of(sys::mkdir(victim));
    dim::testing::write(victim + "/passwd", "untouched");
    for (const char* directory_of_it : {"etc", "usr/lib", "var", "new"}) {
        SCOPED_TRACE(directory_of_it);
        copy_older();
        const std::string place = target + "/" + directory_of_it;
        dim::testing::run_script("rm -rf " + place + "; ln -s " + victim + " " + place);
        EXPECT_FALSE(apply());
        EXPECT_THAT(value_of(sys::list_names(victim)), ::testing::ElementsAre("passwd"));
        EXPECT_EQ(value_of(sys::read_file(victim + "/passwd")), "untouched");
        dim::testing::run_script("rm " + place);
    }
}

TEST_F(AppliedChangeset, ADiskThatIsFullIsFoundBeforeAnythingChanges) {
    dim::testing::enter_own_mounts();
    make_nasty();
    change("head -c 30000000 /dev/urandom >etc/large");
    create();
    value_of(sys::mkdir(target));
    dim::testing::run_script("truncate -s 24M " + (directory / "disk") + "; mkfs.ext4 -q " +
                             (directory / "disk"));
    {
        const sys::Fd disk = value_of(sys::open(directory / "disk", O_RDWR));
        const sys::LoopDevice device = value_of(sys::LoopDevice::attach(disk, directory / "disk"));
        value_of(sys::mount(device.path(), target, "ext4", 0, ""));
    }
    copy_older();
    const auto full = apply();
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code(), ErrorCode::limit_exceeded) << to_string(full.error());
    EXPECT_EQ(dim::testing::differences(older, target).find("passwd"), std::string::npos);
    EXPECT_EQ(look().standing, Standing::before);
    for (const std::string& name : value_of(sys::list_names(target)))
        EXPECT_FALSE(name.starts_with(".dim")) << name;
    value_of(sys::umount(target, 0));
}

TEST_F(AppliedChangeset, KilledAnywhereTheNextOneFinishesIt) {
    constexpr std::size_t kPoints = 24;
    make_nasty();
    create();
    copy_older();
    const std::size_t kills = dim::testing::kill_at_calls(
        kPoints, [&] { value_of(apply()); },
        [&] {
            const Standing standing = look().standing;
            EXPECT_TRUE(standing == Standing::before || standing == Standing::unfinished ||
                        standing == Standing::after);
            const auto again = apply();
            EXPECT_TRUE(again) << to_string(again.error());
            EXPECT_EQ(rest(), "");
            copy_older();
        });
    EXPECT_GE(kills, kPoints / 2);
}

TEST_F(AppliedChangeset, ADamagedOneIsRefusedBeforeAnythingChanges) {
    make_nasty();
    create();
    copy_older();
    const std::string whole = value_of(sys::read_file(file));
    const std::string damaged = directory / "damaged";
    for (std::size_t at = 0; at < whole.size(); at += whole.size() / 40 + 1) {
        std::string bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
        dim::testing::write(damaged, bytes);
        EXPECT_FALSE(apply(damaged)) << at;
        dim::testing::write(damaged, whole.substr(0, at));
        EXPECT_FALSE(apply(damaged)) << at;
    }
    dim::testing::write(damaged, whole + "x");
    EXPECT_FALSE(apply(damaged));
    EXPECT_EQ(dim::testing::differences(older, target), "");
}

}  // namespace
}  // namespace dim::changeset
