#include "libdim/base/text.hpp"
#include "libdim/sys/confinement.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/process_privileges_for_tests.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;

const Confinement kNobody{.user = "nobody", .capabilities = {Capability::net_raw}};

/// What a program that is confined so says of itself.
ProcessPrivileges privileges_of_child(const Confinement& confinement) {
    const auto result = run({"cat", "/proc/self/status"}, 10s, {.confinement = confinement});
    EXPECT_TRUE(result) << to_string(result.error());
    return result ? parse_privileges(result->output) : ProcessPrivileges();
}

TEST(Confinement, RefusesAUserThatDoesNotExist) {
    const auto refused = run({"true"}, 10s, {.confinement = Confinement{.user = "no-such-user"}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::not_found);
    EXPECT_FALSE(refused.error().cure().empty());
}

TEST(Confinement, StillTellsThatAProgramIsMissing) {
    const auto refused = run({"/nonexistent/program"}, 10s, {.confinement = kNobody});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message(), "run /nonexistent/program: No such file or directory");
}

TEST(Confinement, GivesAUserNoMoreThanWasNamed) {
    const passwd* nobody = ::getpwnam("nobody");
    ASSERT_NE(nobody, nullptr);
    const ProcessPrivileges seen = privileges_of_child(kNobody);
    const std::uint64_t net_raw = capability_set({Capability::net_raw});
    EXPECT_EQ(seen.user, nobody->pw_uid);
    EXPECT_EQ(seen.group, nobody->pw_gid);
    EXPECT_EQ(seen.other_groups, "");
    EXPECT_EQ(seen.effective, net_raw);
    EXPECT_EQ(seen.permitted, net_raw);
    EXPECT_EQ(seen.bounding, net_raw);
    EXPECT_TRUE(seen.no_new_privileges);
}

TEST(Confinement, BoundsRoot) {
    const ProcessPrivileges seen = privileges_of_child(
        {.user = "root", .capabilities = {Capability::chown, Capability::mknod}});
    const std::uint64_t both = capability_set({Capability::chown, Capability::mknod});
    EXPECT_EQ(seen.user, 0U);
    EXPECT_EQ(seen.effective, both);
    EXPECT_EQ(seen.bounding, both);
    EXPECT_TRUE(seen.no_new_privileges);
}

TEST(Confinement, LeavesUsAsWeWere) {
    const ProcessPrivileges before =
        parse_privileges(read_file("/proc/thread-self/status").value());
    ASSERT_TRUE(run({"true"}, 10s, {.confinement = kNobody}));
    EXPECT_EQ(parse_privileges(read_file("/proc/thread-self/status").value()), before);
    EXPECT_EQ(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 1);
}

TEST(Confinement, WhatIsSetUidGivesNothing) {
    testing::TemporaryDirectory directory;
    ASSERT_TRUE(chmod(directory.path(), 0755));
    const auto copied = run({"install", "--mode=4755", "/usr/bin/id", directory / "id"}, 10s);
    ASSERT_TRUE(copied && copied->status.is_success());
    const auto seen = run({directory / "id", "-u"}, 10s, {.confinement = kNobody});
    ASSERT_TRUE(seen);
    EXPECT_EQ(trim(seen->output), std::to_string(::getpwnam("nobody")->pw_uid));
}

TEST(DirectoryOfAUser, TakesOverWhatIsThereOnceAndFollowsNoLink) {
    testing::TemporaryDirectory directory;
    const uid_t nobody = ::getpwnam("nobody")->pw_uid;
    const std::string work = directory / "work";
    ASSERT_TRUE(mkdir(work));
    ASSERT_TRUE(open(work + "/leases", O_WRONLY | O_CREAT, 0644));
    ASSERT_TRUE(open(directory / "roots", O_WRONLY | O_CREAT, 0644));
    ASSERT_TRUE(symlink(directory / "roots", work + "/link"));

    ASSERT_TRUE(ensure_directory_of("nobody", work));
    EXPECT_EQ(stat(work).value().owner, nobody);
    EXPECT_EQ(stat(work).value().mode & 07777U, 0750U);
    EXPECT_EQ(stat(work + "/leases").value().owner, nobody);
    EXPECT_EQ(stat(directory / "roots").value().owner, 0U);

    // Its owner could have linked it there.
    ASSERT_EQ(::link((directory / "roots").c_str(), (work + "/stolen").c_str()), 0);
    ASSERT_TRUE(ensure_directory_of("nobody", work));
    EXPECT_EQ(stat(directory / "roots").value().owner, 0U);
    EXPECT_FALSE(ensure_directory_of("no-such-user", directory / "other"));
}

}  // namespace
}  // namespace dim::sys
