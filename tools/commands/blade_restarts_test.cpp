#include "libdim/api/limits.hpp"
#include "libdim/api/message_samples.hpp"
#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

TEST(BladeRestartsCommand, AsksAboutAsManyAsAnAnswerHolds) {
    FakeDaemon daemon;
    std::vector<std::string> names;
    for (int chassis = 1; chassis <= 4; ++chassis)
        for (int blade = 1; blade <= 14; ++blade)
            names.push_back("s01c" + std::to_string(chassis) + "b" + (blade < 10 ? "0" : "") +
                            std::to_string(blade));
    ASSERT_GT(names.size(), api::limits::kRestartBlades);
    daemon.prepare("POST /v1/names", blade_names(names));
    daemon.prepare("POST /v1/restarts", to_json(api::samples::restart_list()));
    const CommandEnd end = run_command(daemon, {"blade", "restarts", "all", "--json"});
    EXPECT_EQ(end.code, ExitCode::ok);
    const auto list = api::parse<api::RestartList>(end.output);
    ASSERT_TRUE(list) << end.output;
    EXPECT_EQ(list->blades.size(), 4U) << "two answers of two";
    EXPECT_EQ(daemon.requests().size(), 3U);
    EXPECT_THAT(daemon.requests()[2], HasSubstr("s01c4b14"));
}

}  // namespace
}  // namespace dim::tool
