#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/process.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/sys/signals.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <cerrno>
#include <signal.h>
#include <stdexcept>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;

Deadline soon() { return Deadline::in(10s); }

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
    const Fd leak(::open("/dev/null", O_RDONLY));  // not close-on-exec, to see that ours are
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
                             .standard_output = output.get(),
                             .group = ProcessGroup::own_session})
                          .value();
    const std::string pid = std::to_string(process.pid());
    ASSERT_TRUE(process.wait(soon())->is_success());
    EXPECT_EQ(read_file(temporary / "output"), temporary.path() + "\n" + pid + "\n" + pid + "\n");
}

TEST(Run, KillsTheWholeGroupAtTheDeadline) {
    const std::int64_t start = monotonic_us();
    const auto result = run({"sh", "-c", "echo started; sleep 1000 & sleep 1000"}, 200ms);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::timed_out);
    EXPECT_NE(result.error().message().find("started"), std::string::npos);
    EXPECT_LT(monotonic_us() - start, 5'000'000);
}

TEST(Run, CutsOutputAtItsLimitButReadsOn) {
    const auto result = run({"sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x; exit 5"}, 10s,
                            {.output_limit = 1000});
    ASSERT_TRUE(result) << result.error().message();
    EXPECT_EQ(result->output, std::string(1000, 'x'));
    EXPECT_TRUE(result->is_output_cut);
    EXPECT_EQ(result->status.code, 5);
}

TEST(Run, DoesNotWaitForWhatStaysInTheBackground) {
    const std::int64_t start = monotonic_us();
    const auto result = run({"sh", "-c", "sleep 3 & echo out; echo error >&2"}, 10s);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->output, "out\nerror\n");
    EXPECT_LT(monotonic_us() - start, 2'000'000);
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

TEST(ForkChild, KillsAFunctionThatHangs) {
    const std::int64_t start = monotonic_us();
    const auto result = fork_child(
        []() -> Result<void> {
            sleep_for(1000s);
            return {};
        },
        100ms);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::timed_out);
    EXPECT_LT(monotonic_us() - start, 5'000'000);
}

TEST(ForkChild, TellsOfAChildThatDies) {
    const auto died = fork_child([]() -> Result<void> { ::_exit(0); }, 10s);
    ASSERT_FALSE(died);
    EXPECT_EQ(died.error().code(), ErrorCode::internal);
    const auto threw =
        fork_child([]() -> Result<void> { throw std::runtime_error("thrown"); }, 10s);
    ASSERT_FALSE(threw);
    EXPECT_EQ(threw.error().message(), "thrown");
}

TEST(ForkChild, BringsTheWholeErrorBack) {
    const Error sent = Error::from_errno(ECONNREFUSED, "mount")
                           .with_context("stage")
                           .with_cure("start the server");
    const auto result = fork_child([&]() -> Result<void> { return fail(sent); }, 10s);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), sent);
    const Error plain(ErrorCode::conflict, "a message of several words");
    EXPECT_EQ(fork_child([&]() -> Result<void> { return fail(plain); }, 10s).error(), plain);
}

TEST(ForkChild, BringsTextBack) {
    const auto text = ask_child([]() -> Result<std::string> { return "= ! text\n"; }, 10s);
    EXPECT_EQ(text, "= ! text\n");
    EXPECT_TRUE(fork_child([]() -> Result<void> { return {}; }, 10s));
}

TEST(Signals, ArriveAtTheirDescriptor) {
    ASSERT_TRUE(block_signals({SIGUSR1}));
    const Fd fd = signalfd({SIGUSR1}).value();
    EXPECT_EQ(next_signal(fd.get()), 0);
    ASSERT_EQ(::kill(::getpid(), SIGUSR1), 0);
    EXPECT_EQ(next_signal(fd.get()), SIGUSR1);
    EXPECT_EQ(next_signal(fd.get()), 0);
    ASSERT_TRUE(reset_signals());
}

}  // namespace
}  // namespace dim::sys
