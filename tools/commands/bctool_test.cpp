#include "libdim/cluster/expansion/sample_two_chassis.hpp"
#include "tools/running_command.hpp"

#include <gmock/gmock.h>

/// What `dim bctool` asks before it asks a chassis; those are asked in chassis_daemon_test.
namespace dim::tool {
namespace {

using ::testing::HasSubstr;

/// Of the first chassis; nobody has the credentials for it.
class Bctool : public ::testing::Test {
protected:
    Bctool() { daemon.prepare_cluster(cluster::sample::two_chassis_xml("/nonexistent", 1, 1)); }
    CommandEnd act(std::size_t count, const std::vector<std::string>& action) {
        std::vector<std::string> names;
        for (std::size_t i = 1; i <= count; ++i)
            names.push_back("s01c1b" + std::to_string(100 + i).substr(1));
        daemon.prepare("POST /v1/names", blade_names(names));
        std::vector<std::string> words{"bctool", "s01c1"};
        words.insert(words.end(), action.begin(), action.end());
        return run_command(daemon, words);
    }

    FakeDaemon daemon;
};

TEST_F(Bctool, AsksBeforeItChangesMoreThanAFew) {
    const std::vector<std::vector<std::string>> changes{
        {"name", "state"}, {"bootseq", "network"}, {"sol", "off"}, {"led", "on"}};
    for (const auto& change : changes) {
        const CommandEnd many = act(9, change);
        EXPECT_EQ(many.code, ExitCode::not_confirmed) << change.front();
        EXPECT_THAT(many.errors,
                    HasSubstr("would change " + change.front() + " of 9 blades: s01c1"));
        EXPECT_EQ(act(8, change).code, ExitCode::failed) << change.front() << ": no credentials";
    }
    EXPECT_THAT(act(2, {"nmi"}).errors, HasSubstr("would interrupt 2 blades"));
    const std::vector<std::vector<std::string>> questions{
        {"name"}, {"bootseq"}, {"sol", "state"}, {"led"}, {"mac"}};
    for (const auto& question : questions)
        EXPECT_EQ(act(14, question).code, ExitCode::failed) << question.front();
}

}  // namespace
}  // namespace dim::tool
