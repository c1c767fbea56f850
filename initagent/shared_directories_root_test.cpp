#include "initagent/shared_directories.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/init_process.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/testing/own_mounts.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <algorithm>
#include <csignal>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Result<void> write_new(const std::string& path, const std::string& text) {
    DIM_TRY(const sys::Fd file, sys::open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644));
    return sys::write_all(file, text);
}

/// Stands in for NFS: a file system whose file "generation" has the source in it. Some sources have
/// no mount point for others, are not there, are not mounted, or do not answer.
Result<void> mount_generation(const MountStep& step, const std::string& root) {
    if (step.source.ends_with("missing")) return fail(ErrorCode::not_found, "no such export");
    if (step.source.ends_with("nothing")) return {};
    if (step.source.ends_with("hanging")) sys::sleep_for(1h);
    const std::string path = root + step.target;
    DIM_CHECK(sys::mount(step.source, path, "tmpfs", 0, "mode=755"));
    DIM_CHECK(write_new(path + "/generation", step.source));
    if (!step.source.ends_with("bare")) DIM_CHECK(sys::mkdir(path + "/site"));
    return {};
}

std::vector<MountStep> generation(const std::string& usr, const std::string& opt) {
    return {{usr, "/usr", 0, ""}, {opt, "/opt", 0, ""}};
}

/// A system with two shared directories, whose mounts are shared as systemd does it, and a process
/// in it.
class SharedDirectoriesRootTest : public ::testing::Test {
protected:
    void SetUp() override {
        testing::enter_own_mounts();
        ASSERT_TRUE(sys::mount("system", system, "tmpfs", 0, "mode=755"));
        for (const char* directory : {"/usr", "/opt", "/proc"})
            ASSERT_TRUE(sys::mkdir(system + directory));
        for (const MountStep& step : generation("usr-1", "opt-1"))
            ASSERT_TRUE(mount_generation(step, system));
        ASSERT_TRUE(sys::mount("none", system, "", MS_SHARED | MS_REC, ""));
        process = start([this] { return sys::chroot(system); });
        settings.process = "/proc/" + std::to_string(process);
        settings.staging = base / "staging";
        settings.mount_file_system = mount_generation;
        mounts_before = count_mounts();
    }
    void TearDown() override {
        for (const pid_t pid : started) {
            ::kill(pid, SIGKILL);
            sys::reap(pid);
        }
        (void)sys::umount(system, MNT_DETACH);
    }

    /// A process that has done PREPARE when this returns, and waits for its end.
    pid_t start(const std::function<Result<void>()>& prepare) {
        sys::Pipe ready = sys::pipe().value();
        const pid_t pid = sys::fork().value();
        if (pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (prepare()) (void)sys::write_all(ready.write_end, "x");
            ready.write_end.reset();
            sys::sleep_for(1h);
            sys::exit_now(0);
        }
        started.push_back(pid);
        ready.write_end.reset();
        char byte = 0;
        EXPECT_EQ(sys::read(ready.read_end, std::span(&byte, 1)).value(), 1u);
        return pid;
    }
    static std::size_t count_mounts() { return sys::mounts().value().size(); }
    SharedDirectories find() { return SharedDirectories::find(settings, {"/usr", "/opt"}).value(); }
    std::string seen(const std::string& directory) const {
        return sys::read_file(settings.process + "/root" + directory + "/generation").value();
    }
    void expect_nothing_happened() const {
        EXPECT_EQ(seen("/usr"), "usr-1");
        EXPECT_EQ(seen("/opt"), "opt-1");
        EXPECT_EQ(count_mounts(), mounts_before);
    }

    testing::TemporaryDirectory base;
    const std::string system = [this] {
        const std::string path = base / "system";
        EXPECT_TRUE(sys::mkdir(path));
        return path;
    }();
    SharedDirectories::Settings settings;
    pid_t process = 0;
    std::size_t mounts_before = 0;
    std::vector<pid_t> started;
};

TEST_F(SharedDirectoriesRootTest, RefuseWhatIsNoMountPoint) {
    EXPECT_EQ(SharedDirectories::find(settings, {"/usr", "/proc"}).error().code(),
              ErrorCode::not_found);
}

TEST_F(SharedDirectoriesRootTest, AllOrNothing) {
    auto shared = find();
    const auto missing = shared.mount_over(generation("usr-2", "missing"));
    EXPECT_EQ(missing.error().message(), "no such export");
    expect_nothing_happened();
    const auto unshown = shared.mount_over(generation("usr-2", "nothing"));
    EXPECT_THAT(unshown.error().message(), HasSubstr("mount over /opt"));
    expect_nothing_happened();
    EXPECT_TRUE(shared.mount_over(generation("usr-2", "opt-2"))) << "it may be tried again";
    EXPECT_EQ(seen("/opt"), "opt-2");
}

TEST_F(SharedDirectoriesRootTest, AServerThatHangsIsGivenUp) {
    settings.timeout = 300ms;
    EXPECT_EQ(find().mount_over(generation("usr-2", "hanging")).error().code(),
              ErrorCode::timed_out);
    expect_nothing_happened();
}

TEST_F(SharedDirectoriesRootTest, WhatTheSystemMountedOverOneIsNotHidden) {
    auto shared = find();
    ASSERT_TRUE(mount_generation({"its-own", "/opt", 0, ""}, system));
    ++mounts_before;
    const auto refused = shared.mount_over(generation("usr-2", "opt-2"));
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_THAT(refused.error().message(), HasSubstr("/opt"));
    EXPECT_EQ(seen("/usr"), "usr-1");
    EXPECT_EQ(seen("/opt"), "its-own");
    EXPECT_EQ(count_mounts(), mounts_before);
}

TEST_F(SharedDirectoriesRootTest, ShowTheOtherGenerationAndOpenFilesStay) {
    auto shared = find();
    const sys::Fd open = sys::open(system + "/usr/generation", O_RDONLY).value();
    ASSERT_TRUE(shared.mount_over(generation("usr-2", "opt-2")));
    EXPECT_EQ(seen("/usr"), "usr-2");
    EXPECT_EQ(seen("/opt"), "opt-2");
    EXPECT_EQ(sys::read_all(open).value(), "usr-1");
    EXPECT_EQ(count_mounts(), mounts_before + 2) << "one more of each";
    ASSERT_TRUE(shared.mount_over(generation("usr-3", "opt-3")));
    EXPECT_EQ(seen("/usr"), "usr-3");
    EXPECT_FALSE(shared.mount_over(generation("usr-4", "missing")));
    EXPECT_EQ(seen("/usr"), "usr-3");
    EXPECT_EQ(count_mounts(), mounts_before + 4);
}

TEST_F(SharedDirectoriesRootTest, OtherMountNamespacesOfTheSystemSeeIt) {
    auto shared = find();
    const pid_t service = start([this]() -> Result<void> {
        if (::unshare(CLONE_NEWNS) != 0) return fail(Error::from_errno(errno, "unshare"));
        DIM_CHECK(sys::mount("none", "/", "", MS_SLAVE | MS_REC, ""));
        return sys::chroot(system);
    });
    const auto seen_there = [&](const char* directory) {
        return sys::read_file("/proc/" + std::to_string(service) + "/root" + directory +
                              "/generation")
            .value();
    };
    EXPECT_FALSE(shared.mount_over(generation("usr-2", "nothing")));
    EXPECT_EQ(seen_there("/usr"), "usr-1") << "taken back there, too";
    ASSERT_TRUE(shared.mount_over(generation("usr-2", "opt-2")));
    EXPECT_EQ(seen_there("/usr"), "usr-2");
    EXPECT_EQ(seen_there("/opt"), "opt-2");
}

TEST_F(SharedDirectoriesRootTest, WhatTheSystemMountedBelowIsCarriedOver) {
    ASSERT_TRUE(sys::mount("site", system + "/usr/site", "tmpfs", 0, "mode=755"));
    ASSERT_TRUE(sys::mkdir(system + "/usr/site/inner"));
    ASSERT_TRUE(sys::mount("inner", system + "/usr/site/inner", "tmpfs", 0, "mode=755"));
    const sys::Fd old = sys::open_directory(system + "/usr/site/inner").value();
    mounts_before = count_mounts();
    auto shared = find();
    const auto expect_there = [&] {
        ASSERT_TRUE(write_new("/proc/self/fd/" + std::to_string(old.get()) + "/x", "the blade's"));
        EXPECT_EQ(sys::read_file(settings.process + "/root/usr/site/inner/x").value(),
                  "the blade's");
    };
    EXPECT_FALSE(shared.mount_over(generation("usr-2", "nothing")));
    expect_nothing_happened();
    expect_there();
    for (const std::string number : {"2", "3"}) {
        ASSERT_TRUE(shared.mount_over(generation("usr-" + number, "opt-" + number)));
        EXPECT_EQ(seen("/usr"), "usr-" + number);
        expect_there();
    }
}

TEST_F(SharedDirectoriesRootTest, AGenerationWithoutTheMountPointIsRefused) {
    ASSERT_TRUE(sys::mount("site", system + "/usr/site", "tmpfs", 0, "mode=755"));
    ++mounts_before;
    const auto refused = find().mount_over(generation("usr-bare", "opt-2"));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("/usr/site"));
    EXPECT_FALSE(refused.error().cure().empty());
    expect_nothing_happened();
    EXPECT_TRUE(sys::mount_at(system + "/usr/site"));
}

}  // namespace
}  // namespace dim::agent
