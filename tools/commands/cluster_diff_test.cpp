#include "libdim/sys/atomic_write.hpp"
#include "tools/running_command.hpp"
#include "tools/sample_cluster.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

TEST(ClusterDiffCommand, AMissingFileIsNotAskedAbout) {
    const FakeDaemon daemon;
    EXPECT_EQ(run_command(daemon, {"cluster", "diff", "/nonexistent.xml"}).code, ExitCode::failed);
    EXPECT_TRUE(daemon.requests().empty());
}

TEST(ClusterDiffCommand, TheDaemonKnowsWhatItWouldReload) {
    const dim::testing::TemporaryDirectory directory;
    ASSERT_TRUE(sys::write_file_atomically(directory / "new.xml", "<cluster/>"));
    FakeDaemon daemon;
    daemon.prepare("POST /v1/cluster/difference",
                   to_json(api::ClusterDifference{
                       3,
                       {{"added", "group gpu", 0, ""}},
                       0,
                       {},
                       {{"dhcpd", "dhcpd.conf: 1 line new"}, {"named", "it is to run"}}}));
    const CommandEnd end = run_command(daemon, {"cluster", "diff", directory / "new.xml"});
    EXPECT_EQ(end.output, "+ group gpu\n0 blades\n"
                          "reloads dhcpd here: dhcpd.conf: 1 line new\n"
                          "reloads named here: it is to run\n");
    EXPECT_EQ(daemon.requests().size(), 2U) << "which servers there are, and that";
}

TEST(ClusterDiffCommand, TwoFilesNeedNoDaemon) {
    const dim::testing::TemporaryDirectory directory;
    std::string changed(sample::kClusterXml);
    changed.replace(changed.find("js20"), 4, "js21");
    ASSERT_TRUE(sys::write_file_atomically(directory / "old.xml", sample::kClusterXml));
    ASSERT_TRUE(sys::write_file_atomically(directory / "new.xml", changed));
    const FakeDaemon daemon;
    const CommandEnd end = run_command(
        daemon, {"--cluster", directory / "old.xml", "cluster", "diff", directory / "new.xml"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_THAT(end.output, ::testing::HasSubstr("type js20 → js21"));
    EXPECT_TRUE(daemon.requests().empty());
}

}  // namespace
}  // namespace dim::tool
