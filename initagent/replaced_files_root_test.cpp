#include "initagent/replaced_files.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/init_process.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/testing/own_mounts.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <csignal>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using namespace std::chrono_literals;

/// A file system of the blade's, and processes that execute files in it. This process stands in for
/// process 1.
class ReplacedFilesRootTest : public ::testing::Test {
protected:
    void SetUp() override {
        testing::enter_own_mounts();
        ASSERT_TRUE(sys::mkdir(usr));
        ASSERT_TRUE(sys::mount("usr", usr, "tmpfs", 0, "mode=755"));
        write_new("libold.so");
        settings.init = std::to_string(::getpid());
        settings.mount_points = {usr};
    }
    void TearDown() override {
        for (const pid_t pid : started)
            end(pid);
        while (sys::umount(usr, MNT_DETACH)) {
        }
    }

    std::string path(const std::string& name) const { return usr + '/' + name; }
    void write_new(const std::string& name) const {
        const sys::Fd file = sys::open(path(name), O_CREAT | O_EXCL | O_WRONLY, 0755).value();
        ASSERT_TRUE(sys::write_all(file, "content"));
    }
    /// As a sync does it.
    void replace(const std::string& name) const {
        write_new(".new");
        ASSERT_TRUE(sys::rename(path(".new"), path(name)));
    }

    /// A process that has NAME mapped with PROTECTION, COUNT times, after it did BEFORE.
    pid_t start(
        const std::string& name, int protection, int count = 1,
        const std::function<Result<void>()>& before = [] { return Result<void>(); }) {
        sys::Pipe ready = sys::pipe().value();
        const pid_t pid = sys::fork().value();
        if (pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            (void)sys::set_process_name("a\nprogram");
            bool is_good = true;
            {
                const sys::Fd file = sys::open(path(name), O_RDONLY).value();
                for (int i = 0; i < count; ++i)
                    is_good =
                        ::mmap(nullptr, 1, protection, MAP_PRIVATE, file.get(), 0) != MAP_FAILED &&
                        is_good;
            }
            is_good = before().has_value() && is_good;
            if (is_good) (void)sys::write_all(ready.write_end, "x");
            ready.write_end.reset();
            sys::sleep_for(1h);
            sys::exit_now(0);
        }
        started.push_back(pid);
        ready.write_end.reset();
        char byte = 0;
        EXPECT_EQ(sys::read(ready.read_end, std::span(&byte, 1)).value(), 1U);
        return pid;
    }
    void end(pid_t pid) {
        std::erase(started, pid);
        ::kill(pid, SIGKILL);
        sys::reap(pid);
    }
    api::Restarts find() const {
        auto found = find_replaced_files(settings);
        EXPECT_TRUE(found) << found.error().message();
        return found.value_or(api::Restarts{});
    }

    testing::TemporaryDirectory base;
    const std::string usr = base / "usr\nlocal";
    ReplacedFilesSettings settings;
    std::vector<pid_t> started;
};

TEST_F(ReplacedFilesRootTest, WhoExecutesAReplacedFileIsNamedUntilItEnds) {
    const pid_t pid = start("libold.so", PROT_READ | PROT_EXEC);
    EXPECT_EQ(find().total, 0U) << "it is the file of that name";
    replace("libold.so");
    const auto found = find();
    ASSERT_EQ(found.total, 1U);
    ASSERT_EQ(found.processes.size(), 1U);
    const auto& process = found.processes[0];
    EXPECT_EQ(process.pid, static_cast<std::uint32_t>(pid));
    EXPECT_EQ(process.command, "a?program");
    EXPECT_EQ(process.file, printable(path("libold.so"), 255));
    EXPECT_EQ(process.files, 1U);
    EXPECT_EQ(found.cause, std::nullopt);
    end(pid);
    EXPECT_EQ(find().total, 0U);
}

TEST_F(ReplacedFilesRootTest, AFileThatIsGoneWasReplaced) {
    start("libold.so", PROT_READ | PROT_EXEC);
    ASSERT_TRUE(sys::unlink(path("libold.so")));
    ASSERT_EQ(find().total, 1U);
    EXPECT_EQ(find().processes[0].file, printable(path("libold.so"), 255));
}

TEST_F(ReplacedFilesRootTest, AFileThatCameBackIsTheSame) {
    start("libold.so", PROT_READ | PROT_EXEC);
    ASSERT_TRUE(sys::rename(path("libold.so"), path("away")));
    replace("libold.so");
    EXPECT_EQ(find().total, 0U) << "the kernel knows it by its new name";
    ASSERT_TRUE(sys::unlink(path("away")));
    EXPECT_EQ(find().total, 1U);
}

TEST_F(ReplacedFilesRootTest, DataIsNotExecuted) {
    start("libold.so", PROT_READ);
    replace("libold.so");
    EXPECT_EQ(find().total, 0U);
}

TEST_F(ReplacedFilesRootTest, FilesOfOtherFileSystemsAreNobodysBusiness) {
    settings.mount_points = {"/nowhere"};
    start("libold.so", PROT_READ | PROT_EXEC);
    replace("libold.so");
    EXPECT_EQ(find().total, 0U);
}

// As after the shared root of another generation came over the one in use.
TEST_F(ReplacedFilesRootTest, WhatIsMountedOverItCounts) {
    start("libold.so", PROT_READ | PROT_EXEC);
    ASSERT_TRUE(sys::mount("usr", usr, "tmpfs", 0, "mode=755"));
    EXPECT_EQ(find().total, 1U) << "nothing has its name now";
    const auto inode = [this] { return sys::stat(path("libold.so")).value().inode; };
    ASSERT_TRUE(sys::umount(usr, 0));
    const auto old = inode();
    ASSERT_TRUE(sys::mount("usr", usr, "tmpfs", 0, "mode=755"));
    // A tmpfs numbers its files as they come: the same number in both, as for a hard link.
    write_new("libold.so");
    ASSERT_EQ(inode(), old);
    EXPECT_EQ(find().total, 0U);
}

TEST_F(ReplacedFilesRootTest, ProcessesWithAnotherRootArePassedOver) {
    start("libold.so", PROT_READ | PROT_EXEC, 1, [this] { return sys::chroot(base.path()); });
    replace("libold.so");
    EXPECT_EQ(find().total, 0U);
}

TEST_F(ReplacedFilesRootTest, SomebodyWithManyMappingsDelaysNobodyForLong) {
    const pid_t hostile = start("libold.so", PROT_READ | PROT_EXEC, 60'000);
    const pid_t pid = start("libold.so", PROT_READ | PROT_EXEC);
    replace("libold.so");
    const auto found = find();
    EXPECT_EQ(found.total, 2U);
    EXPECT_EQ(found.cause, std::nullopt);
    EXPECT_LT(hostile, pid);
}

TEST_F(ReplacedFilesRootTest, WhatTakesTooLongEnds) {
    start("libold.so", PROT_READ | PROT_EXEC);
    replace("libold.so");
    settings.patience = 0ms;
    EXPECT_EQ(find().total, 0U);
    EXPECT_EQ(find().cause, "there was no time to look at all processes");
    settings.timeout = 0ms;
    EXPECT_EQ(find_replaced_files(settings).error().code(), ErrorCode::timed_out);
}

TEST_F(ReplacedFilesRootTest, ASystemThatIsNotThereIsAnError) {
    settings.init = "0";
    EXPECT_FALSE(find_replaced_files(settings));
}

}  // namespace
}  // namespace dim::agent
