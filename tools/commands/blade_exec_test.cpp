#include "tools/running_command.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string result_line(api::CommandResult result) {
    api::CommandLine line;
    line.result = std::move(result);
    return to_json(line) + '\n';
}
constexpr const char* kAlive = "{\"progress\":\"still at it\"}\n";
constexpr const char* kDone = "{\"done\":\"ran\"}\n";

api::CommandResult ended(const std::string& blade, std::uint32_t code, std::string output) {
    return {.blade = model::ComponentName::parse(blade).value(),
            .exit_code = code,
            .output = std::move(output)};
}

class BladeExecCommand : public ::testing::Test {
protected:
    CommandEnd exec(const std::vector<std::string>& blades, const std::string& answer,
                    std::vector<std::string> words) {
        daemon.prepare("POST /v1/names", blade_names(blades));
        daemon.prepare("POST /v1/commands", answer);
        words.insert(words.begin(), {"blade", "exec"});
        return run_command(daemon, words);
    }
    FakeDaemon daemon;
};

TEST_F(BladeExecCommand, PassesTheWordsBehindTheDashesOnAsTheyAre) {
    const auto end = exec({"s01c1b01"}, result_line(ended("s01c1b01", 0, "a\nb\n")) + kDone,
                          {"s01c1b01", "--time-limit", "5", "--", "sh", "-c", "", "--json", "--"});
    EXPECT_EQ(end.code, ExitCode::ok) << end.errors;
    EXPECT_EQ(end.output, "a\nb\n");
    EXPECT_EQ(end.errors, "");
    EXPECT_EQ(daemon.requests().back(),
              R"(POST /v1/commands {"blades":["s01c1b01"],"command":["sh","-c","","--json","--"],)"
              R"("time_limit_seconds":5,"parallel":4})");
}

TEST_F(BladeExecCommand, TellsWhichBladeSaidWhatAndWhichFailed) {
    api::CommandResult killed = ended("s01c1b03", 0, "");
    killed.exit_code.reset();
    killed.signal = 9;
    const auto end =
        exec({"s01c1b01", "s01c1b02", "s01c1b03"},
             kAlive + result_line(ended("s01c1b02", 3, "no such file")) +
                 result_line(ended("s01c1b01", 0, "one\ntwo\n")) + result_line(killed) + kDone,
             {"s01c1", "--", "x"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_EQ(end.output, "s01c1b02: no such file\ns01c1b01: one\ns01c1b01: two\n");
    EXPECT_EQ(end.errors, "s01c1b02: exit code 3\ns01c1b03: killed by signal 9\n"
                          "dim: failed in the roots of 2 of 3 blades; the first: s01c1b02: exit "
                          "code 3\n");
}

TEST_F(BladeExecCommand, NamesTheCureOfAProblem) {
    api::CommandResult result = ended("s01c1b01", 0, "");
    result.exit_code.reset();
    result.problem =
        api::to_problem(Error(ErrorCode::conflict, "no emulator").with_cure("apt-get install it"));
    const auto end = exec({"s01c1b01"}, result_line(result) + kDone, {"s01c1b01", "--", "x"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_EQ(end.errors, "dim: s01c1b01: no emulator\n     apt-get install it\n");
}

TEST_F(BladeExecCommand, GivesProgramsWholeResults) {
    const auto end = exec({"s01c1b01"}, result_line(ended("s01c1b01", 3, "\x1b[2J")) + kDone,
                          {"s01c1b01", "--json", "--", "x"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_EQ(end.output, R"({"blade":"s01c1b01","exit_code":3,"output":"\u001b[2J",)"
                          R"("output_cut":false,"seconds":0.0})"
                          "\n");
}

TEST_F(BladeExecCommand, LetsNoBladeDriveTheTerminal) {
    const auto end = exec({"s01c1b01"}, result_line(ended("s01c1b01", 0, "\x1b[2Jx\n")) + kDone,
                          {"s01c1b01", "--", "x"});
    EXPECT_EQ(end.output, "?[2Jx\n");
}

TEST_F(BladeExecCommand, FailsWhenTheDaemonEndsMeanwhile) {
    const auto end =
        exec({"s01c1b01"}, result_line(ended("s01c1b01", 0, "")), {"s01c1b01", "--", "x"});
    EXPECT_EQ(end.code, ExitCode::failed);
    EXPECT_THAT(end.errors, HasSubstr("the daemon ended"));
}

TEST_F(BladeExecCommand, AsksBeforeMany) {
    const auto end = exec(std::vector<std::string>(9, "s01c1b01"), kDone, {"all", "--", "x"});
    EXPECT_EQ(end.code, ExitCode::not_confirmed);
    EXPECT_THAT(end.errors, HasSubstr("would run the command in the roots of 9 blades"));
    EXPECT_EQ(
        exec(std::vector<std::string>(9, "s01c1b01"), kDone, {"all", "--yes", "--", "x"}).code,
        ExitCode::ok);
}

TEST_F(BladeExecCommand, SaysWhatIsWrongWithItsWordsAndAsksNobody) {
    const std::vector<std::vector<std::string>> wrong{{"s01c1b01"},
                                                      {"s01c1b01", "--"},
                                                      {"s01c1b01", "uname", "-n"},
                                                      {"--", "uname"},
                                                      {"s01c1b01", "--parallel", "9", "--", "x"},
                                                      {"s01c1b01", "--time-limit", "0", "--", "x"},
                                                      {"s01c1b01", "--image", "../x", "--", "x"},
                                                      {"s01c1b01", "--", std::string(2000, 'x')}};
    for (const auto& words : wrong) {
        const auto end = exec({"s01c1b01"}, kDone, words);
        EXPECT_EQ(end.code, ExitCode::usage) << words.back() << end.errors;
    }
    EXPECT_THAT(daemon.requests(), IsEmpty());
    EXPECT_THAT(exec({"s01c1b01"}, kDone, wrong[2]).errors,
                HasSubstr("put -- between the blades and the command"));
}

}  // namespace
}  // namespace dim::tool
