#include "tools/running_command.hpp"
#include "tools/sample_cluster.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A daemon with the sample cluster in force, where s01c1b01 boots an image.
class DhcpRenderCommand : public ::testing::Test {
protected:
    DhcpRenderCommand() {
        daemon.prepare_cluster(std::string(sample::kClusterXml));
        daemon.prepare("GET /v1/dhcp",
                       to_json(api::DhcpHostList{
                           {{*model::ComponentName::parse("s01c1b01"),
                             *model::MacAddress::parse("00:0d:60:1e:ca:01"),
                             *model::Ipv4Address::parse("10.1.1.11"),
                             model::ImageName::parse("granite").value(), "granite/1/zImage"}}}));
    }
    FakeDaemon daemon;
};

TEST_F(DhcpRenderCommand, UnknownServersAndBackendsAreRefused) {
    EXPECT_EQ(run_command(daemon, {"dhcp", "render", "--server", "s03"}).code, ExitCode::failed);
    EXPECT_EQ(run_command(daemon, {"dhcp", "render", "--backend", "none"}).code, ExitCode::usage);
}

TEST_F(DhcpRenderCommand, WithTheDaemonBladesHaveTheirBootFiles) {
    for (const std::string backend : {"isc", "kea"}) {
        const CommandEnd end =
            run_command(daemon, {"dhcp", "render", "--server", "s1", "--backend", backend});
        EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
        EXPECT_THAT(end.output, HasSubstr("granite/1/zImage"));
        EXPECT_THAT(end.output, HasSubstr("s01c2b02"));
        EXPECT_THAT(end.output, Not(HasSubstr("s02c1b01")));
    }
}

TEST_F(DhcpRenderCommand, WithTheDaemonBladesAreThereWhoseMacWasLearned) {
    const std::string learned = "02:00:00:00:00:01";
    daemon.prepare("GET /v1/dhcp",
                   to_json(api::DhcpHostList{{{*model::ComponentName::parse("s02c2b01"),
                                               *model::MacAddress::parse(learned),
                                               *model::Ipv4Address::parse("10.2.2.11"),
                                               {},
                                               {}}}}));
    for (const std::string backend : {"isc", "kea"}) {
        const CommandEnd end = run_command(daemon, {"dhcp", "render", "--backend", backend});
        EXPECT_THAT(end.output, HasSubstr(learned)) << backend;
        EXPECT_THAT(end.output, HasSubstr("00:0d:60:1e:ca:01"));
    }
}

}  // namespace
}  // namespace dim::tool
