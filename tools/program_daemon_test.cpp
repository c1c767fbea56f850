#include "libdim/sys/atomic_write.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "tools/running_program.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// What the built `dim` renders, judged by the daemons' own checkers.
namespace dim::tool {
namespace {

using ::testing::HasSubstr;

class ProgramDaemonTest : public ::testing::TestWithParam<const char*> {
protected:
    /// The file that `dim dhcp render` makes.
    std::string rendered_dhcp(const std::string& backend) {
        const Ran ran = run_dim_on(GetParam(), {"dhcp", "render", "--backend", backend});
        EXPECT_EQ(ran.code, 0) << ran.output;
        std::string path = directory / backend;
        EXPECT_TRUE(sys::write_file_atomically(path, ran.output));
        return path;
    }
    void expect_sound_zones(const std::string& which) {
        const Ran ran = run_dim_on(
            GetParam(), {"dns", "render", "--zone", which, "--output", directory / which});
        ASSERT_EQ(ran.code, 0) << ran.output;
        int zones = 0;
        for (const auto& entry : std::filesystem::directory_iterator(directory / which)) {
            const std::string zone = entry.path().filename();
            const Ran checked = run_program({"named-checkzone", zone, entry.path()});
            EXPECT_EQ(checked.code, 0) << checked.output;
            ++zones;
        }
        EXPECT_GT(zones, 0);
    }
    dim::testing::TemporaryDirectory directory;
};

TEST_P(ProgramDaemonTest, TheCheckersAreNotBlind) {
    ASSERT_TRUE(sys::write_file_atomically(directory / "bad", "subnet nonsense\n"));
    EXPECT_NE(run_program({"dhcpd", "-t", "-cf", directory / "bad"}).code, 0);
    EXPECT_NE(run_program({"kea-dhcp4", "-t", directory / "bad"}).code, 0);
    EXPECT_NE(run_program({"named-checkzone", "x.example", directory / "bad"}).code, 0);
}

TEST_P(ProgramDaemonTest, DhcpdTakesIt) {
    const Ran checked = run_program({"dhcpd", "-t", "-cf", rendered_dhcp("isc")});
    EXPECT_EQ(checked.code, 0) << checked.output;
}

TEST_P(ProgramDaemonTest, KeaTakesIt) {
    const Ran checked = run_program({"kea-dhcp4", "-t", rendered_dhcp("kea")});
    EXPECT_EQ(checked.code, 0) << checked.output;
}

TEST_P(ProgramDaemonTest, NamedTakesEveryZone) {
    expect_sound_zones("forward");
    expect_sound_zones("reverse");
}

INSTANTIATE_TEST_SUITE_P(Examples, ProgramDaemonTest,
                         ::testing::Values("mini.xml", "pcs.xml", "marenostrum.xml", "flat.xml",
                                           "7000.xml"));

}  // namespace
}  // namespace dim::tool
