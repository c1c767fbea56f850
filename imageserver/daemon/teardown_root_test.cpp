#include "imageserver/daemon/teardown.hpp"
#include "imageserver/service/child_supervisor.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/own_mounts.hpp"
#include "libdim/testing/own_network.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <filesystem>
#include <stdexcept>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using dim::testing::value_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A network and mounts that nobody else sees, for the whole program.
void enter_own_surroundings() {
    static const dim::testing::OwnNetwork network;
    if (!network.is_made()) throw std::runtime_error("run it as root");
    dim::testing::enter_own_mounts();
}

class TeardownTest : public ::testing::Test {
protected:
    TeardownTest() {
        enter_own_surroundings();
        settings.state_directory = directory / "state";
        settings.run_directory = directory / "run";
        dim::testing::run({"mkdir", "-p", settings.state_directory, settings.run_directory});
    }
    ~TeardownTest() override {
        for (auto mount = mounted.rbegin(); mount != mounted.rend(); ++mount)
            static_cast<void>(sys::umount(*mount, MNT_DETACH));
    }
    /// A file system at the directory BELOW the state directory.
    std::string mount_below(const std::string& below) {
        const std::string target = settings.state_directory + "/" + below;
        dim::testing::run({"mkdir", "-p", target});
        value_of(sys::mount("none", target, "tmpfs", 0, "size=64k"));
        mounted.push_back(target);
        return target;
    }
    static bool is_mounted(const std::string& target) { return sys::mount_at(target).has_value(); }

    dim::testing::TemporaryDirectory directory;
    DaemonSettings settings;
    std::vector<std::string> mounted;
};

TEST_F(TeardownTest, WhatIsInUseIsToldAndTheRestStaysForTheNextTime) {
    const std::string first = mount_below("mounts/blades/s01c1b01/granite");
    const std::string used = mount_below("mounts/blades/s01c1b02/granite");
    {
        const sys::Fd inside = value_of(sys::open_directory(used));
        const auto torn_down = tear_down(settings);
        ASSERT_FALSE(torn_down);
        EXPECT_TRUE(to_string(torn_down.error()).contains(used)) << to_string(torn_down.error());
    }
    const auto again = value_of(tear_down(settings));
    EXPECT_THAT(again, ElementsAre("unmounted " + used, "unmounted " + first));
}

TEST_F(TeardownTest, WhatIsMountedOnAnotherGoesBeforeIt) {
    const std::string shared = mount_below("images/granite/shared");
    const std::string generation = mount_below("mounts/shared/granite/1");
    const std::string nested = mount_below("mounts/shared/granite/1/usr");
    EXPECT_THAT(
        value_of(tear_down(settings)),
        ElementsAre("unmounted " + nested, "unmounted " + generation, "unmounted " + shared));
    EXPECT_THAT(value_of(tear_down(settings)), IsEmpty());
}

TEST_F(TeardownTest, DisksOfAdministratorsStay) {
    const std::vector<std::string> theirs{mount_below("images"), mount_below("images/granite"),
                                          mount_below("blades"), mount_below("mounts-of-mine")};
    EXPECT_THAT(value_of(tear_down(settings)), IsEmpty());
    for (const std::string& target : theirs)
        EXPECT_TRUE(is_mounted(target)) << target;
}

TEST_F(TeardownTest, ServicesThatADaemonLeftAreEnded) {
    const auto left = value_of(ChildSupervisor::create(
        {.run_directory = settings.service_run_directory(), .on_change = {}}));
    value_of(left->start({.name = "sleeper",
                          .arguments = {"/bin/sh", "-c", "echo ready; exec sleep 1000"},
                          .log_file = directory / "sleeper.log",
                          .reload = ReloadAction::restart,
                          .ready_timeout = std::chrono::seconds(20),
                          .ready_text = "ready",
                          .probe = {},
                          .explain = {}}));
    const auto pid = left->status("sleeper").pid;
    ASSERT_TRUE(pid);
    dim::testing::write(settings.service_run_directory() + "/notes.txt", "nothing of ours");
    EXPECT_THAT(value_of(tear_down(settings)), ElementsAre("stopped sleeper"));
    EXPECT_FALSE(std::filesystem::exists("/proc/" + std::to_string(*pid) + "/exe"));
}

}  // namespace
}  // namespace dim::server
