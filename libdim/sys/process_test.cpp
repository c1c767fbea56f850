#include "libdim/sys/file.hpp"
#include "libdim/sys/process_identity.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/sys/signals.hpp"
#include "libdim/sys/sys_fixture.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <fcntl.h>
#include <signal.h>
#include <string>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;

using testing::soon;

TEST(Spawn, TellsWhyAProgramCannotBeRun) {
    const auto missing = spawn({.arguments = {"/nonexistent/program"}});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::not_found);
    EXPECT_EQ(missing.error().message(), "run /nonexistent/program: No such file or directory");
    EXPECT_FALSE(spawn({.arguments = {}}));
    EXPECT_FALSE(spawn({.arguments = {"/etc/passwd"}}));
    EXPECT_FALSE(spawn({.arguments = {"true"}, .directory = "/nonexistent"}));
}

TEST(Spawn, GivesExitCodesAndSignals) {
    Process failing = spawn({.arguments = {"sh", "-c", "exit 3"}}).value();
    const ExitStatus code = failing.wait(soon()).value();
    EXPECT_EQ(code, (ExitStatus{.code = 3, .signal = 0}));
    EXPECT_EQ(to_string(code), "exit code 3");
    EXPECT_FALSE(code.is_success());

    Process sleeping = spawn({.arguments = {"sleep", "1000"}}).value();
    EXPECT_EQ(sleeping.try_wait().value(), std::nullopt);
    EXPECT_EQ(sleeping.wait(Deadline::in(10ms)).error().code(), ErrorCode::timed_out);
    ASSERT_TRUE(sleeping.kill(SIGTERM));
    EXPECT_EQ(to_string(sleeping.wait(soon()).value()), "killed by signal 15");
    EXPECT_EQ(sleeping.kill(SIGTERM).error().code(), ErrorCode::not_found);
}

TEST(Spawn, ChildStartsWithACleanSlate) {
    ASSERT_TRUE(block_signals({SIGUSR1}));
    ASSERT_TRUE(ignore_signal(SIGUSR2));
    // NOLINTNEXTLINE(android-cloexec-open): to see that ours are not inherited
    const Fd leak(::open("/dev/null", O_RDONLY));
    const Fd kept = open("/dev/null", O_RDONLY).value();
    const auto result =
        run({"sh", "-c", "grep -E '^Sig(Blk|Ign)' /proc/self/status; ls /proc/$$/fd"}, 10s,
            {.environment = {"PATH=/usr/bin:/bin", "ONLY=this"}});
    ASSERT_TRUE(result) << result.error().message();
    EXPECT_NE(result->output.find("SigBlk:\t0000000000000000"), std::string::npos)
        << result->output;
    const std::size_t ignored = result->output.find("SigIgn:\t");
    ASSERT_NE(ignored, std::string::npos) << result->output;
    // The C library keeps signals 32 and 33 to itself.
    EXPECT_EQ(std::stoull(result->output.substr(ignored + 8, 16), nullptr, 16) & ~0x180000000ULL,
              0U)
        << result->output;
    EXPECT_EQ(result->output.find("\n" + std::to_string(kept.get()) + "\n"), std::string::npos)
        << result->output;
    EXPECT_NE(result->output.find("\n" + std::to_string(leak.get()) + "\n"), std::string::npos)
        << result->output;
    ASSERT_TRUE(reset_signals());
}

TEST(Spawn, OwnSessionAndDirectoryAndOutput) {
    testing::TemporaryDirectory temporary;
    const Fd output = open(temporary / "output", O_RDWR | O_CREAT, 0600).value();
    Process process = spawn({.arguments = {"sh", "-c", "pwd; cut -d' ' -f6 /proc/$$/stat; echo $$"},
                             .directory = temporary.path(),
                             .standard_output = &output,
                             .group = ProcessGroup::own_session})
                          .value();
    const std::string pid = std::to_string(process.pid());
    ASSERT_TRUE(process.wait(soon())->is_success());
    EXPECT_EQ(read_file(temporary / "output"), temporary.path() + "\n" + pid + "\n" + pid + "\n");
}

/// A process that was found again and ended; by then one of our children has its number.
TEST(Process, DoesNotReapAnotherChildThatGotItsNumber) {
    Process child = spawn({.arguments = {"false"}}).value();
    ASSERT_TRUE(poll(child.pidfd(), Readiness::readable, soon()));
    Process found(child.pid(),
                  dup(find_process(process_identity(::getppid()).value())->pidfd()).value());
    const auto taken = found.try_wait();
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code(), ErrorCode::not_found);
    EXPECT_EQ(child.wait(soon()), (ExitStatus{.code = 1, .signal = 0}));
}

TEST(Identity, IsLostWithTheProcess) {
    Process process = spawn({.arguments = {"sleep", "1000"}}).value();
    const ProcessIdentity identity = process_identity(process.pid()).value();
    ASSERT_TRUE(find_process(identity));
    ProcessIdentity other = identity;
    ++other.start_ticks;
    EXPECT_EQ(find_process(other).error().code(), ErrorCode::not_found);
    EXPECT_EQ(find_process({}).error().code(), ErrorCode::not_found);

    ASSERT_TRUE(find_process(identity)->kill(SIGKILL));
    ASSERT_TRUE(process.wait(soon()));
    EXPECT_EQ(find_process(identity).error().code(), ErrorCode::not_found);
    EXPECT_EQ(process_identity(identity.pid).error().code(), ErrorCode::not_found);
}

TEST(Identity, ReadsNamesWithBlanksAndParentheses) {
    const std::string fields = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21";
    EXPECT_EQ(parse_start_ticks("1 (a) b (c)" + fields), 4711U);
    EXPECT_FALSE(parse_start_ticks(""));
    EXPECT_FALSE(parse_start_ticks("1 (a) S 1 2"));
    EXPECT_FALSE(parse_start_ticks("1 a" + fields));
}

TEST(Process, TellsWhatItHasComputed) {
    Process process = spawn({.arguments = {"sh", "-c", "while :; do :; done"}}).value();
    const auto first = process.processor_time().value();
    while (process.processor_time().value() == first) {
    }
    ASSERT_TRUE(process.kill(SIGKILL));
    ASSERT_TRUE(process.wait(Deadline::in(std::chrono::seconds(10))));
    EXPECT_EQ(process.processor_time().error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace dim::sys
