#include "initagent/checked_plan.hpp"

#include <sys/mount.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using ::testing::HasSubstr;

const auto kClient = *model::Ipv4Address::parse("10.1.0.11");

api::BootPlan plan() {
    return {.boot_id = "b-1",
            .token = "secret",
            .blade = *model::ComponentName::parse("s01c1b01"),
            .image = *model::ImageName::parse("tiny"),
            .generation = *model::Generation::from_number(1),
            .root = {"10.1.0.1:/blades/s01c1b01/tiny", "/", "rw,vers=4.1,proto=tcp"},
            .shared = {{"10.1.0.1:/shared/tiny/1/usr", "/usr", "vers=4.1,nodev"}},
            .init = "/sbin/init",
            .heartbeat_seconds = 10};
}

void expect_refused(const api::BootPlan& bad, const std::string& why) {
    const auto steps = check_plan(bad, kClient);
    ASSERT_FALSE(steps) << why;
    EXPECT_EQ(steps.error().code(), ErrorCode::invalid_input);
    EXPECT_THAT(steps.error().message(), HasSubstr(why));
}

TEST(CheckedPlan, RefusesPathsThatLeadElsewhere) {
    for (const char* path : {"", "usr", "/../etc", "/usr/..", "/usr//lib", "/usr/", "/a\nb"}) {
        api::BootPlan bad = plan();
        bad.shared[0].target = path;
        expect_refused(bad, "mount point");
        bad = plan();
        bad.init = path;
        expect_refused(bad, "init");
        bad = plan();
        bad.root.source = "10.1.0.1:" + std::string(path);
        expect_refused(bad, "NFS path");
    }
    api::BootPlan bad = plan();
    bad.init = "/";
    expect_refused(bad, "no program");
    bad.init = "/" + std::string(1024, 'a');
    expect_refused(bad, "too long");
}

TEST(CheckedPlan, RefusesSourcesThatAreNotOnAnAddress) {
    for (const char* source : {"", "10.1.0.1", "server:/a", "10.1.0.1/a"}) {
        api::BootPlan bad = plan();
        bad.root.source = source;
        expect_refused(bad, "ADDRESS:/PATH");
    }
}

TEST(CheckedPlan, RefusesTheSameMountPointTwice) {
    api::BootPlan bad = plan();
    bad.shared.push_back(bad.shared[0]);
    expect_refused(bad, "twice");
    bad.shared = {bad.root};
    expect_refused(bad, "twice");
    bad = plan();
    bad.root.target = "/root";
    expect_refused(bad, "not mounted at '/'");
}

TEST(CheckedPlan, RefusesOptionsThatAreTheAgentsOrUnprintable) {
    for (const char* options : {"addr=10.9.9.9", "ro,clientaddr=1.2.3.4", "vers=4\x01"}) {
        api::BootPlan bad = plan();
        bad.root.options = options;
        expect_refused(bad, "mount option");
    }
}

TEST(CheckedPlan, RefusesAnIdentifierThatIsNoPathComponent) {
    for (const char* identifier : {"", "..", "a/b", "a?b"}) {
        api::BootPlan bad = plan();
        bad.boot_id = identifier;
        expect_refused(bad, "boot_id");
    }
}

TEST(CheckedPlan, SplitsOptionsAndAddsTheAddresses) {
    const auto steps = check_plan(plan(), kClient);
    ASSERT_TRUE(steps);
    EXPECT_EQ(steps->root, (MountStep{"10.1.0.1:/blades/s01c1b01/tiny", "/", 0,
                                      "vers=4.1,proto=tcp,addr=10.1.0.1,clientaddr=10.1.0.11"}));
    ASSERT_EQ(steps->shared.size(), 1U);
    EXPECT_EQ(steps->shared[0],
              (MountStep{"10.1.0.1:/shared/tiny/1/usr", "/usr", MS_RDONLY | MS_NODEV,
                         "vers=4.1,addr=10.1.0.1,clientaddr=10.1.0.11"}));
    EXPECT_EQ(steps->init, "/sbin/init");
    EXPECT_EQ(steps->heartbeat, std::chrono::seconds(10));
    EXPECT_EQ(to_string(steps->shared[0]),
              "mount -t nfs -o ro,nodev,vers=4.1,addr=10.1.0.1,clientaddr=10.1.0.11 "
              "10.1.0.1:/shared/tiny/1/usr /usr");
}

TEST(CheckedPlan, MountsSharedDirectoriesReadOnlyWhateverThePlanSays) {
    api::BootPlan writable = plan();
    writable.shared[0].options = "rw,vers=4.1";
    EXPECT_EQ(check_plan(writable, kClient)->shared[0].flags, MS_RDONLY);
}

api::SharedRoots shared_roots() {
    return {.generation = *model::Generation::from_number(2),
            .mounts = {{"10.1.0.1:/shared/tiny/2/opt", "/opt", "vers=4.1"},
                       {"10.1.0.1:/shared/tiny/2/usr", "/usr", "rw,vers=4.1"}}};
}

std::vector<MountStep> mounted_shared() {
    api::BootPlan with_opt = plan();
    with_opt.shared.push_back({"10.1.0.1:/shared/tiny/1/opt", "/opt", "vers=4.1"});
    return check_plan(with_opt, kClient)->shared;
}

TEST(CheckedSharedRoots, AreThoseOfTheBootReadOnly) {
    const auto steps = check_shared_roots(shared_roots(), mounted_shared(), kClient);
    ASSERT_TRUE(steps);
    ASSERT_EQ(steps->size(), 2U);
    EXPECT_EQ((*steps)[0].target, "/opt");
    EXPECT_EQ((*steps)[1], (MountStep{"10.1.0.1:/shared/tiny/2/usr", "/usr", MS_RDONLY,
                                      "vers=4.1,addr=10.1.0.1,clientaddr=10.1.0.11"}));
}

TEST(CheckedSharedRoots, OfOtherDirectoriesOrServersAreRefused) {
    const auto expect_bad = [](const api::SharedRoots& bad, const std::string& why) {
        const auto steps = check_shared_roots(bad, mounted_shared(), kClient);
        ASSERT_FALSE(steps) << why;
        EXPECT_EQ(steps.error().code(), ErrorCode::invalid_input);
        EXPECT_THAT(steps.error().message(), HasSubstr(why));
    };
    api::SharedRoots bad = shared_roots();
    bad.mounts.pop_back();
    expect_bad(bad, "missing");
    bad = shared_roots();
    bad.mounts[0].target = "/etc";
    expect_bad(bad, "was not shared");
    bad.mounts[0].target = "/";
    expect_bad(bad, "twice");
    bad.mounts[0].target = "/usr";
    expect_bad(bad, "twice");
    bad = shared_roots();
    bad.mounts[0].source = "10.1.0.10:/shared/tiny/2/opt";
    expect_bad(bad, "not on the server");
    bad.mounts[0].source = "10.1.0.1:/shared/../../etc";
    expect_bad(bad, "no plain path");
    bad = shared_roots();
    bad.mounts[0].options = "addr=10.9.9.9";
    expect_bad(bad, "mount option");
}

TEST(CheckedPlan, BoundsTheHeartbeat) {
    api::BootPlan odd = plan();
    odd.heartbeat_seconds = 0;
    EXPECT_EQ(check_plan(odd, kClient)->heartbeat, std::chrono::seconds(1));
    odd.heartbeat_seconds = 1'000'000;
    EXPECT_EQ(check_plan(odd, kClient)->heartbeat, std::chrono::hours(1));
}

}  // namespace
}  // namespace dim::agent
