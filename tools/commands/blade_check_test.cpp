#include "libdim/api/message_samples.hpp"
#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class BladeCheckCommand : public ::testing::Test {
protected:
    BladeCheckCommand() { daemon.prepare("POST /v1/names", blade_names({"s01c1b02"})); }
    FakeDaemon daemon;
};

TEST_F(BladeCheckCommand, WhatIsNotMeantIsAskedOfNobody) {
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"blade", "check"},
          {"blade", "check", "granite"},
          {"blade", "check", "b1", "granite", "--last", "--repair"}})
        EXPECT_EQ(run_command(daemon, words).code, ExitCode::usage);
    EXPECT_TRUE(daemon.requests().empty());
}

TEST_F(BladeCheckCommand, TheLastChecksAreThoseAskedFor) {
    api::BladeImageCheckList list = api::samples::blade_image_check_list();
    list.checks[1].blade = *model::ComponentName::parse("s01c1b02");
    daemon.prepare("GET /v1/blade-image-checks", to_json(list));
    const std::string all = run_command(daemon, {"blade", "check", "--last"}).output;
    EXPECT_THAT(all, HasSubstr("s01c1b01"));
    EXPECT_THAT(all, HasSubstr("s01c1b02"));
    const CommandEnd one = run_command(daemon, {"blade", "check", "b2", "granite", "--last"});
    EXPECT_EQ(one.code, ExitCode::ok);
    EXPECT_THAT(one.output, HasSubstr("s01c1b02"));
    EXPECT_THAT(one.output, Not(HasSubstr("s01c1b01")));
    const CommandEnd other =
        run_command(daemon, {"blade", "check", "b2", "slate", "--last", "--json"});
    EXPECT_THAT(other.output, HasSubstr(R"("checks":[])"));
}

}  // namespace
}  // namespace dim::tool
