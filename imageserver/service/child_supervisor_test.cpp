#include "imageserver/service/child_record.hpp"
#include "imageserver/service/child_supervisor.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/process_identity.hpp"
#include "libdim/sys/random.hpp"

#include <csignal>
#include <filesystem>
#include <future>
#include <set>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class ChildSupervisorTest : public ::testing::Test {
protected:
    ChildSupervisorTest() {
        std::string path = std::filesystem::temp_directory_path() / "dim-supervisor-XXXXXX";
        EXPECT_NE(::mkdtemp(path.data()), nullptr);
        directory_ = path;
        supervisor_ = make();
    }
    ~ChildSupervisorTest() override {
        supervisor_ = make();
        for (const std::string& name : names_)
            EXPECT_TRUE(supervisor_->stop(name));
        std::filesystem::remove_all(directory_);
    }

    std::unique_ptr<ChildSupervisor> make(std::chrono::milliseconds log_check_interval = 60s) {
        auto created =
            ChildSupervisor::create({.run_directory = directory_ / "run",
                                     .first_delay = 30ms,
                                     .last_delay = 200ms,
                                     .stop_timeout = 300ms,
                                     .log_limit = 10'000,
                                     .log_check_interval = log_check_interval,
                                     .on_change = [this](const api::ServiceStatus& status) {
                                         changes_.push_back(status);
                                     }});
        EXPECT_TRUE(created);
        return std::move(created).value();
    }

    ServiceDescription shell(const std::string& script, const std::string& name = "service") {
        names_.insert(name);
        return {.name = name,
                .arguments = {"/bin/sh", "-c", script},
                .log_file = directory_ / (name + ".log"),
                .reload = ReloadAction::restart,
                .ready_timeout = 2s,
                .ready_text = "ready",
                .probe = {},
                .explain = {}};
    }

    std::uint32_t pid() const { return supervisor_->status("service").pid.value_or(0); }

    /// Plays the event loop until IS_DONE.
    template <class Predicate>
    bool run_until(Predicate is_done) {
        const sys::Deadline deadline = sys::Deadline::in(5s);
        while (!is_done()) {
            if (!sys::poll(supervisor_->event_fd(), sys::Readiness::readable, deadline))
                return false;
            EXPECT_TRUE(supervisor_->handle_events());
        }
        return true;
    }

    static void kill_process(std::uint32_t pid) {
        const auto identity = sys::process_identity(static_cast<pid_t>(pid));
        ASSERT_TRUE(identity);
        auto process = sys::find_process(*identity);
        ASSERT_TRUE(process);
        ASSERT_TRUE(process->kill(SIGKILL));
    }

    std::filesystem::path directory_;
    std::set<std::string> names_;
    std::vector<api::ServiceStatus> changes_;
    std::string seen_;  ///< by a probe
    std::unique_ptr<ChildSupervisor> supervisor_;
};

constexpr auto kServe = "echo ready; exec sleep 1000";

/// A service with a log above its limit, on a disk that hangs: the old part is to go into a pipe
/// that nobody reads from yet.
class HangingLog {
public:
    HangingLog(const std::filesystem::path& directory, const std::string& name)
        : log_(directory / (name + ".log")), old_(log_ + ".1") {
        EXPECT_TRUE(sys::write_file_atomically(log_, std::string(20'000, 'x') + '\n'));
        EXPECT_EQ(::mkfifo(old_.c_str(), 0600), 0);
        EXPECT_TRUE(opened_);
        EXPECT_GE(::inotify_add_watch(opened_.get(), log_.c_str(), IN_OPEN), 0);
    }
    /// Until somebody has begun to shorten it: that opens the log, and waits in its next step.
    bool wait_until_begun() const {
        return sys::poll(opened_, sys::Readiness::readable, sys::Deadline::in(5s)).has_value();
    }
    /// From now on, also for who has not got that far yet, until the reader goes.
    [[nodiscard]] sys::Fd recover() const {
        auto reader = sys::open(old_, O_RDONLY | O_NONBLOCK);
        EXPECT_TRUE(reader);
        return reader ? *std::move(reader) : sys::Fd();
    }

private:
    std::string log_;
    std::string old_;
    sys::Fd opened_{::inotify_init1(IN_CLOEXEC)};
};

TEST_F(ChildSupervisorTest, SaysWhyAProgramCannotBeRun) {
    ServiceDescription service = shell("");
    service.arguments = {"/nonexistent/daemon"};
    const auto started = supervisor_->start(service);
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().message(), HasSubstr("/nonexistent/daemon"));
    EXPECT_FALSE(supervisor_->status("service").is_running);
    EXPECT_THAT(supervisor_->status("service").cause.value(), HasSubstr("/nonexistent/daemon"));
}

TEST_F(ChildSupervisorTest, AnswersWhileALogIsShortened) {
    const HangingLog log(directory_, "service");
    auto starting =
        std::async(std::launch::async, [this] { return supervisor_->start(shell(kServe)); });
    ASSERT_TRUE(log.wait_until_begun());
    auto asking = std::async(std::launch::async, [this] { return supervisor_->status("service"); });
    EXPECT_EQ(asking.wait_for(5s), std::future_status::ready) << "the disk is waited for";
    const sys::Fd reader = log.recover();
    EXPECT_TRUE(starting.get());
}

TEST_F(ChildSupervisorTest, AnswersWhileTheLogOfARunningServiceIsShortened) {
    supervisor_ = make(0ms);
    ASSERT_TRUE(supervisor_->start(shell(kServe)));
    const HangingLog log(directory_, "service");
    auto handling = std::async(std::launch::async, [this] { return supervisor_->handle_events(); });
    ASSERT_TRUE(log.wait_until_begun());
    auto asking = std::async(std::launch::async, [this] { return supervisor_->status("service"); });
    EXPECT_EQ(asking.wait_for(5s), std::future_status::ready) << "the disk is waited for";
    const sys::Fd reader = log.recover();
    EXPECT_TRUE(handling.get());
}

TEST_F(ChildSupervisorTest, RefusesNamesThatLeadOutOfItsDirectory) {
    ServiceDescription service = shell(kServe);
    service.name = "../service";
    EXPECT_FALSE(supervisor_->start(service));
    EXPECT_FALSE(supervisor_->stop("../service"));
}

TEST_F(ChildSupervisorTest, SaysWhatAServiceSaidThatEndedAtOnce) {
    const auto started = supervisor_->start(shell("echo one; echo two; echo no port >&2; exit 3"));
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code(), ErrorCode::unavailable);
    EXPECT_THAT(started.error().message(),
                HasSubstr("ended (exit code 3); it said: one | two | no port"));
    ServiceDescription service = shell("echo hidden; exit 3");
    service.explain = [](std::string_view log) { return "explained " + std::string(log, 0, 3); };
    EXPECT_THAT(supervisor_->start(service).error().message(), HasSubstr("it said: explained hid"));
}

TEST_F(ChildSupervisorTest, SaysThatAServiceDoesNotGetReady) {
    ServiceDescription service = shell("echo other; exec sleep 1000");
    service.ready_timeout = 150ms;
    EXPECT_EQ(supervisor_->start(service).error().code(), ErrorCode::timed_out);
    EXPECT_TRUE(supervisor_->status("service").is_running);
    EXPECT_THAT(supervisor_->status("service").cause.value(), HasSubstr("'ready'"));
    service.ready_text.clear();
    service.probe = [](std::string_view) -> Result<void> {
        return fail(ErrorCode::unavailable, "port 69 is mute");
    };
    EXPECT_THAT(supervisor_->start(service).error().message(), HasSubstr("port 69 is mute"));
    service.probe = {};
    EXPECT_TRUE(supervisor_->start(service));
    EXPECT_EQ(supervisor_->status("service").cause, std::nullopt);
}

TEST_F(ChildSupervisorTest, StartsOnceAndTellsIt) {
    EXPECT_EQ(supervisor_->start(shell(kServe)).value(), StartOutcome::started);
    const std::uint32_t first = pid();
    EXPECT_GT(first, 0U);
    EXPECT_EQ(supervisor_->start(shell(kServe)).value(), StartOutcome::kept);
    EXPECT_EQ(pid(), first);
    ASSERT_FALSE(changes_.empty());
    EXPECT_EQ(changes_.back(), supervisor_->status("service"));
    EXPECT_TRUE(supervisor_->status("service").since.has_value());
}

TEST_F(ChildSupervisorTest, StartsAgainWhatEnds) {
    for (int round = 0; round < 3; ++round) {
        ASSERT_TRUE(supervisor_->start(shell(kServe))) << "until it has said that it is ready";
        const std::uint32_t before = pid();
        kill_process(before);
        ASSERT_TRUE(run_until([&] { return !supervisor_->status("service").is_running; }));
        EXPECT_THAT(supervisor_->status("service").cause.value(),
                    HasSubstr("ended (killed by signal 9); it said: ready"));
        ASSERT_TRUE(run_until([&] { return supervisor_->status("service").is_running; }));
        EXPECT_NE(pid(), before);
        EXPECT_EQ(supervisor_->status("service").cause, std::nullopt);
    }
}

TEST_F(ChildSupervisorTest, KeepsTryingAfterAFailedStart) {
    const std::string flag = directory_ / "flag";
    const auto service = shell("test -e " + flag + " || exit 1; " + kServe);
    ASSERT_FALSE(supervisor_->start(service));
    ASSERT_TRUE(sys::write_file_atomically(flag, ""));
    EXPECT_TRUE(run_until([&] { return supervisor_->status("service").is_running; }));
    EXPECT_EQ(supervisor_->start(service), StartOutcome::kept) << "it waits until that is ready";
    EXPECT_EQ(sys::read_file(directory_ / "service.log").value(), "ready\n");
}

TEST_F(ChildSupervisorTest, StopsForGood) {
    ASSERT_TRUE(supervisor_->start(shell(kServe)));
    ASSERT_TRUE(supervisor_->stop("service"));
    EXPECT_EQ(supervisor_->status("service").cause, "stopped");
    EXPECT_FALSE(run_until([&] { return supervisor_->status("service").is_running; }));
    EXPECT_TRUE(supervisor_->stop("service"));
    EXPECT_TRUE(supervisor_->stop("other"));
}

TEST_F(ChildSupervisorTest, StopsWhatIgnoresSigterm) {
    ASSERT_TRUE(supervisor_->start(shell("trap '' TERM; echo ready; while :; do sleep 0.1; done")));
    ASSERT_TRUE(supervisor_->stop("service"));
    EXPECT_FALSE(supervisor_->status("service").is_running);
}

TEST_F(ChildSupervisorTest, ReloadsByRestart) {
    EXPECT_EQ(supervisor_->reload("service").error().code(), ErrorCode::not_found);
    ASSERT_TRUE(supervisor_->start(shell(kServe)));
    const std::uint32_t before = pid();
    ASSERT_TRUE(supervisor_->reload("service"));
    EXPECT_NE(pid(), before);
    EXPECT_TRUE(supervisor_->status("service").is_running);
}

TEST_F(ChildSupervisorTest, ReloadsByHangup) {
    ServiceDescription service =
        shell("trap 'echo ready again' HUP; echo ready; while :; do sleep 0.05; done");
    service.reload = ReloadAction::hangup;
    service.probe = [this](std::string_view log) -> Result<void> {
        seen_ = log;
        return {};
    };
    ASSERT_TRUE(supervisor_->start(service));
    const std::uint32_t before = pid();
    EXPECT_EQ(seen_, "ready\n");
    ASSERT_TRUE(supervisor_->reload("service"));
    EXPECT_EQ(pid(), before);
    EXPECT_EQ(seen_, "ready again\n");
}

TEST_F(ChildSupervisorTest, KnowsWhetherAReloadWorkedByItsLog) {
    const std::string bad = directory_ / "bad";
    ServiceDescription service = shell("trap 'test -e " + bad +
                                       " && echo failed: line 7 || echo reloaded' HUP; echo ready; "
                                       "while :; do sleep 0.05; done");
    service.reload = ReloadAction::hangup;
    service.reloaded_text = "reloaded";
    service.failed_text = "failed";
    service.ready_timeout = 5s;
    ASSERT_TRUE(supervisor_->start(service));
    ASSERT_TRUE(supervisor_->reload("service"));
    ASSERT_TRUE(sys::write_file_atomically(bad, ""));
    const std::int64_t start = sys::monotonic_us();
    const auto refused = supervisor_->reload("service");
    EXPECT_LT(sys::monotonic_us() - start, 4'000'000);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("failed: line 7"));
    EXPECT_TRUE(supervisor_->status("service").is_running);
    std::filesystem::remove(bad);
    EXPECT_TRUE(supervisor_->reload("service"));
    EXPECT_EQ(supervisor_->status("service").cause, std::nullopt);
}

TEST_F(ChildSupervisorTest, GivesAnEnvironment) {
    ServiceDescription service = shell("echo $PLACE; exec sleep 1000");
    service.environment = {"PLACE=ready at sea"};
    ASSERT_TRUE(supervisor_->start(service));
    EXPECT_EQ(sys::read_file(directory_ / "service.log").value(), "ready at sea\n");
}

TEST_F(ChildSupervisorTest, AdoptsWhatAKilledDaemonLeft) {
    // A daemon in a process of its own, which ends without any goodbye.
    const std::function<Result<void>()> daemon = [this]() -> Result<void> {
        DIM_TRY(const StartOutcome outcome, make()->start(shell(kServe)));
        return outcome == StartOutcome::started ? Result<void>()
                                                : fail(ErrorCode::internal, "kept");
    };
    ASSERT_TRUE(sys::fork_child(daemon, 10s));
    const auto record = parse_child_record(sys::read_file(directory_ / "run/service.json").value());
    ASSERT_TRUE(record && record->process);
    EXPECT_EQ(supervisor_->start(shell(kServe)).value(), StartOutcome::kept);
    EXPECT_EQ(pid(), static_cast<std::uint32_t>(record->process->pid));
    EXPECT_EQ(supervisor_->status("service").since, record->since);

    kill_process(pid());
    ASSERT_TRUE(run_until([&] { return !supervisor_->status("service").is_running; }));
    ASSERT_TRUE(run_until([&] { return supervisor_->status("service").is_running; }));
    EXPECT_NE(pid(), static_cast<std::uint32_t>(record->process->pid));
}

/// How many living processes have MARK in their arguments.
int count_processes(const std::string& mark) {
    int count = 0;
    const auto names = sys::list_names("/proc").value();
    for (const std::string& name : names) {
        const auto arguments = sys::read_file("/proc/" + name + "/cmdline");
        if (arguments && arguments->find(mark) != std::string::npos) ++count;
    }
    return count;
}

TEST_F(ChildSupervisorTest, RunsOneOfTheServiceWhereverItsStarterIsKilled) {
    // A program that never forks: a copy of it would count as a second.
    const std::string mark = directory_ / "never-written";
    ServiceDescription service = shell("");
    service.arguments = {"/usr/bin/tail", "--retry", "-f", mark};
    service.ready_text.clear();
    const std::function<Result<void>()> daemon = [&]() -> Result<void> {
        DIM_TRY(const StartOutcome outcome, make()->start(service));
        static_cast<void>(outcome);
        return {};
    };
    // Killed later and later, until starters live long enough to leave a child: how long that takes
    // depends on the machine.
    constexpr int kEnough = 8;
    int kept = 0;
    for (int delay = 0; kept < kEnough; delay += 1 + delay / 8) {
        ASSERT_LT(delay, 20'000);
        (void)sys::fork_child(daemon, std::chrono::milliseconds(delay));
        supervisor_ = make();
        const auto outcome = supervisor_->start(service);
        ASSERT_TRUE(outcome) << to_string(outcome.error());
        if (outcome == StartOutcome::kept) ++kept;
        ASSERT_EQ(count_processes(mark), 1) << delay;
        ASSERT_TRUE(supervisor_->stop("service"));
        ASSERT_EQ(count_processes(mark), 0) << delay;
    }
}

TEST_F(ChildSupervisorTest, ReplacesAPredecessorsServiceThatHasOtherArguments) {
    const std::function<Result<void>()> daemon = [this]() -> Result<void> {
        DIM_TRY(const StartOutcome outcome, make()->start(shell(kServe)));
        return outcome == StartOutcome::started ? Result<void>()
                                                : fail(ErrorCode::internal, "kept");
    };
    ASSERT_TRUE(sys::fork_child(daemon, 10s));
    const auto record = parse_child_record(sys::read_file(directory_ / "run/service.json").value());
    ASSERT_TRUE(supervisor_->start(shell("echo ready; exec sleep 1001")));
    EXPECT_NE(pid(), static_cast<std::uint32_t>(record->process->pid));
    // Whoever inherited it may not have waited for it yet.
    const auto left = sys::find_process(*record->process);
    EXPECT_TRUE(!left ||
                sys::poll(left->pidfd(), sys::Readiness::readable, sys::Deadline::in(0ms)));
}

TEST_F(ChildSupervisorTest, FindsAChildWhoseStarterWasKilledBeforeItKnewTheNumber) {
    ServiceDescription service = shell(kServe);
    const std::string token = sys::random_hex(16).value();
    auto child = sys::spawn({.arguments = service.arguments,
                             .environment = {"PATH=/bin", "DIM_SERVICE=" + token},
                             .group = sys::ProcessGroup::own_group});
    ASSERT_TRUE(child);
    const ChildRecord record{.token = token,
                             .arguments = service.arguments,
                             .since = model::Timestamp::from_microseconds(1).value(),
                             .process = {},
                             .executable = {}};
    ASSERT_TRUE(sys::write_file_atomically(directory_ / "run/service.json", to_json(record)));
    ASSERT_TRUE(supervisor_->start(service));
    EXPECT_EQ(pid(), static_cast<std::uint32_t>(child->pid()));
}

TEST_F(ChildSupervisorTest, StartsAnewWhenNothingOfThePredecessorIsLeft) {
    ChildRecord record{.token = sys::random_hex(16).value(),
                       .arguments = shell(kServe).arguments,
                       .since = model::Timestamp::from_microseconds(1).value(),
                       .process = {},
                       .executable = {}};
    const std::string path = directory_ / "run/service.json";
    ASSERT_TRUE(sys::write_file_atomically(path, to_json(record)));
    ASSERT_TRUE(supervisor_->start(shell(kServe)));
    ASSERT_TRUE(supervisor_->stop("service"));
    // The number is in use, by somebody else: us.
    record.process = sys::process_identity(::getpid()).value();
    record.executable = "/usr/sbin/dhcpd";
    ASSERT_TRUE(sys::write_file_atomically(path, to_json(record)));
    ASSERT_TRUE(supervisor_->start(shell(kServe)));
    EXPECT_NE(pid(), static_cast<std::uint32_t>(::getpid()));
}

TEST_F(ChildSupervisorTest, DoesNotGuessWhenTheRecordIsDamaged) {
    const std::string path = directory_ / "run/service.json";
    ASSERT_TRUE(sys::write_file_atomically(path, "{"));
    const auto started = supervisor_->start(shell(kServe));
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().cure(), HasSubstr("remove the file"));
    EXPECT_FALSE(supervisor_->status("service").is_running);
    ASSERT_TRUE(sys::write_file_atomically(
        path, to_json(ChildRecord{.token = "0",
                                  .arguments = {},
                                  .since = model::Timestamp::from_microseconds(1).value(),
                                  .process = {},
                                  .executable = {}})));
    EXPECT_TRUE(supervisor_->start(shell(kServe)));
}

TEST_F(ChildSupervisorTest, ShortensALongLog) {
    const std::string log = directory_ / "service.log";
    ASSERT_TRUE(sys::write_file_atomically(log, std::string(20'000, 'x')));
    ASSERT_TRUE(supervisor_->start(shell(kServe)));
    EXPECT_EQ(sys::read_file(log).value(), "ready\n");
    EXPECT_EQ(sys::read_file(log + ".1").value(), std::string(20'000, 'x'));
}

TEST_F(ChildSupervisorTest, GivesServicesAFixedEnvironment) {
    ASSERT_EQ(::setenv("DIM_SECRET", "1", 1), 0);
    ASSERT_TRUE(supervisor_->start(shell("env; pwd; echo ready; exec sleep 1000")));
    const std::string said = sys::read_file(directory_ / "service.log").value();
    EXPECT_THAT(said, HasSubstr("LANG=C"));
    EXPECT_THAT(said, HasSubstr("\n/\n")) << "it runs in no directory of ours";
    EXPECT_THAT(said, testing::Not(HasSubstr("DIM_SECRET")));
}

}  // namespace
}  // namespace dim::server
