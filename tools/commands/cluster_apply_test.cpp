#include "libdim/api/cluster_messages.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "tools/running_command.hpp"
#include "tools/sample_cluster.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

TEST(ClusterApply, ShowsWhatItChangesAndDoesIt) {
    const dim::testing::TemporaryDirectory directory;
    const std::string file = directory / "new.xml";
    dim::testing::write(file, sample::kClusterXml);
    FakeDaemon daemon;
    daemon.prepare_cluster(std::string(sample::kClusterXml));
    daemon.prepare("POST /v1/cluster/difference",
                   to_json(api::ClusterDifference{7, {{"added", "group gpu", 0, ""}}, 0, {}, {}}));
    daemon.prepare("PUT /v1/cluster", Error(ErrorCode::io, "dhcpd refused it"));
    const CommandEnd refused = run_command(daemon, {"cluster", "apply", file});
    EXPECT_EQ(refused.code, ExitCode::failed);
    EXPECT_EQ(refused.errors, "dim: dhcpd refused it\n");
    daemon.prepare("PUT /v1/cluster", "{\"done\":\"revision 8 is in force\"}\n");
    const CommandEnd end = run_command(daemon, {"cluster", "apply", file});
    EXPECT_EQ(end.code, ExitCode::ok);
    EXPECT_THAT(end.output, HasSubstr("+ group gpu\n"));
    EXPECT_THAT(end.output, HasSubstr("revision 8 is in force\n"));
}

}  // namespace
}  // namespace dim::tool
