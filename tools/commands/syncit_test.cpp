#include "libdim/api/message_samples.hpp"
#include "tools/running_command.hpp"
#include "tools/sample_cluster.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

/// A daemon that makes generation 4 and brings it to s01c1b01.
class Syncit : public ::testing::Test {
protected:
    Syncit() {
        daemon.prepare("POST /v1/names", blade_names({"s01c1b01"}));
        daemon.prepare_cluster(std::string(sample::kClusterXml));
        daemon.prepare("POST /v1/image-generations", "{\"done\":\"generation 4 made\"}\n");
        api::SyncReport report = api::samples::sync_report();
        report.outcomes.front().problem.reset();
        daemon.prepare("POST /v1/image-syncs", answer(report));
    }
    static std::string answer(const api::SyncReport& report) {
        return "{\"progress\":\"looking\"}\n" + to_json(api::SyncLine{.report = report}) + "\n";
    }

    FakeDaemon daemon;
};

TEST_F(Syncit, MakesAGenerationAndBringsItToBlades) {
    const CommandEnd end = run_command(daemon, {"syncit", "granite", "b1", "--label", "new"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_EQ(end.errors, "generation 4 made\n");
    EXPECT_THAT(end.output, HasSubstr("/etc/motd: it was changed here"));
    EXPECT_EQ(daemon.requests().back(),
              R"(POST /v1/image-syncs {"image":"granite","blades":["s01c1b01"],"dry_run":false,)"
              R"("keep_out":[],"most_removed_percent":10})");
    daemon.prepare("POST /v1/image-syncs", answer(api::samples::sync_report()));
    EXPECT_EQ(run_command(daemon, {"syncit", "granite", "b1"}).code, ExitCode::failed);
}

TEST_F(Syncit, HasAllOfTheMasterLookedAt) {
    EXPECT_EQ(run_command(daemon, {"syncit", "granite", "b1", "--scan"}).code, ExitCode::ok);
    EXPECT_THAT(daemon.requests(),
                ::testing::Contains(
                    R"(POST /v1/image-generations {"name":"granite","label":"","scan":true})"));
}

TEST_F(Syncit, TakesPathsFromItsRanges) {
    const CommandEnd end = run_command(daemon, {"syncit", "granite", "/etc/passwd", "b1", "/srv"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_THAT(daemon.requests(),
                ::testing::Contains(R"(POST /v1/image-generations {"name":"granite","label":"",)"
                                    R"("paths":["/etc/passwd","/srv"]})"));
    EXPECT_THAT(daemon.requests().back(), HasSubstr(R"("blades":["s01c1b01"])"));
    for (const char* path : {"/", "/etc/", "/etc/../x", "//etc", "/etc/./a"})
        EXPECT_EQ(run_command(daemon, {"syncit", "granite", "b1", path}).code, ExitCode::usage)
            << path;
}

}  // namespace
}  // namespace dim::tool
