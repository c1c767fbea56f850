#include "libdim/api/server_messages.hpp"
#include "tools/fake_daemon.hpp"
#include "tools/power_run.hpp"

#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using power::PowerAction;
using power::PowerCommand;
using power::PowerState;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// What was sent to all fake blades.
struct Sent {
    std::mutex mutex;
    std::vector<std::string> lines;
    std::vector<std::int64_t> times_us;  ///< of the same, by sys::boottime_us()
};

class FakeBlade final : public power::BladePower {
public:
    FakeBlade(std::string name, PowerState state, Sent& sent)
        : name_(std::move(name)), state_(state), sent_(&sent) {}
    std::string name() const override { return name_; }
    Result<PowerState> state() override {
        if (name_ == "broken") return fail(ErrorCode::conflict, "out of order");
        return state_;
    }
    Result<void> send(PowerCommand command) override {
        const std::scoped_lock lock(sent_->mutex);
        sent_->lines.push_back(name_ + " " + std::string(to_string(command)));
        sent_->times_us.push_back(sys::boottime_us());
        if (name_ != "stuck")
            state_ = command == PowerCommand::off ? PowerState::off : PowerState::on;
        return {};
    }

private:
    std::string name_;
    PowerState state_;
    Sent* sent_;
};

class FakeControl final : public power::PowerControl {
public:
    explicit FakeControl(std::vector<FakeBlade> blades) : blades_(std::move(blades)) {}
    std::size_t size() const override { return blades_.size(); }
    power::BladePower& blade(std::size_t place) override { return blades_.at(place); }

private:
    std::vector<FakeBlade> blades_;
};

class PowerRunTest : public ::testing::Test {
protected:
    PowerTarget target(const std::string& controller, const std::vector<std::string>& names,
                       PowerState state) {
        PowerTarget made{.controller = controller, .blades = {}, .open = {}};
        std::vector<FakeBlade> blades;
        for (const std::string& name : names) {
            made.blades.push_back({name});
            blades.emplace_back(name, state, sent);
        }
        made.open = [blades]() -> Result<std::unique_ptr<power::PowerControl>> {
            return std::make_unique<FakeControl>(blades);
        };
        return made;
    }
    PowerTarget closed(const std::string& name) {
        return {.controller = "away", .blades = {{name}}, .open = [] {
                    return Result<std::unique_ptr<power::PowerControl>>(
                        fail(ErrorCode::unavailable, "nobody answers"));
                }};
    }
    Outcome<> run(const std::vector<PowerTarget>& targets, std::optional<PowerAction> action,
                  const Context& context, const PowerArguments& arguments = {}) {
        ::testing::internal::CaptureStdout();
        ::testing::internal::CaptureStderr();
        auto outcome = run_power(context, targets, action, arguments, "n", kResultsOfBlades);
        output = ::testing::internal::GetCapturedStdout();
        errors = ::testing::internal::GetCapturedStderr();
        return outcome;
    }

    Sent sent;
    FakeDaemon daemon;
    std::string output;
    std::string errors;
};

TEST_F(PowerRunTest, WhatFailsHoldsUpNobody) {
    const auto outcome = run({closed("n1"), target("c", {"broken", "n3"}, PowerState::off)},
                             PowerAction::on, daemon.context());
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().cause.message(),
              "2 of 3 blades failed; the first: n1: nobody answers");
    EXPECT_EQ(output, "n3: off → on\n");
    EXPECT_EQ(errors, "n1: failed: nobody answers\nbroken: failed: out of order\n");
}

TEST_F(PowerRunTest, WhatInterruptsIsAskedForAndSoAreMany) {
    std::vector<std::string> nine;
    for (int i = 1; i <= 9; ++i)
        nine.push_back("n" + std::to_string(i));
    const auto two = target("c", {"n1", "n2"}, PowerState::on);
    for (const PowerAction action :
         {PowerAction::off, PowerAction::soft_off, PowerAction::cycle, PowerAction::reset}) {
        const auto asked = run({two}, action, daemon.context());
        ASSERT_FALSE(asked);
        EXPECT_EQ(asked.error().exit_code, ExitCode::not_confirmed);
    }
    EXPECT_FALSE(run({target("c", nine, PowerState::off)}, PowerAction::on, daemon.context()));
    EXPECT_THAT(sent.lines, IsEmpty());
    EXPECT_TRUE(run({two}, PowerAction::on, daemon.context()));
    Context yes = daemon.context();
    yes.assume_yes = true;
    EXPECT_TRUE(run({target("c", nine, PowerState::off)}, PowerAction::on, yes));
    EXPECT_EQ(sent.lines.size(), 11U);
}

TEST_F(PowerRunTest, StatesAreToldWithoutACommand) {
    Context json = daemon.context();
    json.json = true;
    EXPECT_TRUE(run({target("c", {"n1"}, PowerState::standby)}, {}, json));
    EXPECT_EQ(output,
              "{\"blades\":[{\"blade\":\"n1\",\"controller\":\"c\",\"state\":\"standby\"}]}\n");
    EXPECT_THAT(sent.lines, IsEmpty());
}

/// What the daemon tells of n1 at NOW: that it is in STATE since SINCE; seconds of the same minute.
std::string status_line(int now, const char* state, int since) {
    const auto time = [](int second) {
        return "2026-11-20T13:40:" + std::string(second < 10 ? "0" : "") + std::to_string(second) +
               ".000000Z";
    };
    api::ClusterStatus status{.server = *model::ComponentName::parse("s01"),
                              .version = "0.1.0",
                              .now = *model::Timestamp::parse(time(now)),
                              .since = *model::Timestamp::parse(time(0)),
                              .blades = {},
                              .services = {},
                              .alerts = {}};
    status.blades.push_back({.name = *model::ComponentName::parse("n1"),
                             .type = model::BladeType::js20,
                             .address = *model::Ipv4Address::parse("10.1.1.1"),
                             .state = *model::parse_blade_state(state),
                             .since = *model::Timestamp::parse(time(since))});
    return to_json(status) + "\n";
}

PowerArguments until_running(std::uint32_t seconds) {
    PowerArguments arguments;
    arguments.wait = "running";
    arguments.time_limit_seconds = seconds;
    return arguments;
}

TEST_F(PowerRunTest, RunningMeansInABootThatFollowsTheCommand) {
    daemon.prepare("GET /v1/status", status_line(10, "running", 5));
    daemon.prepare("GET /v1/status?watch=1", status_line(11, "running", 5));
    const auto cycled = target("c", {"n1"}, PowerState::on);
    const auto old = run({cycled}, PowerAction::cycle, daemon.context(), until_running(1));
    ASSERT_FALSE(old) << "it says still that it runs, of the boot of before";
    EXPECT_EQ(old.error().cause.code(), ErrorCode::timed_out);
    daemon.prepare("GET /v1/status?watch=1", status_line(11, "running", 5) +
                                                 status_line(12, "booting", 12) +
                                                 status_line(20, "running", 19));
    EXPECT_TRUE(run({cycled}, PowerAction::cycle, daemon.context(), until_running(60)));
    EXPECT_EQ(output, "on → on → running\n");
}

TEST_F(PowerRunTest, ABootThatBeganToRunBeforeItsOwnCommandIsAnOldOne) {
    daemon.prepare("GET /v1/status", status_line(10, "booting", 5));
    daemon.prepare("GET /v1/status?watch=1", status_line(13, "running", 11));
    PowerArguments arguments = until_running(1);
    arguments.stagger = std::chrono::seconds(2);
    Context yes = daemon.context();
    yes.assume_yes = true;
    EXPECT_FALSE(
        run({target("c", {"n0", "n1"}, PowerState::on)}, PowerAction::cycle, yes, arguments));
    EXPECT_THAT(errors, HasSubstr("n1: failed: on → on, but it is running in the boot of before"))
        << "it was sent off at :12";
}

TEST_F(PowerRunTest, ABladeThatIsOnAndRunsAlreadyIsNotWaitedFor) {
    daemon.prepare("GET /v1/status", status_line(10, "running", 5));
    daemon.prepare("GET /v1/status?watch=1", status_line(11, "running", 5));
    EXPECT_TRUE(run({target("c", {"n1"}, PowerState::on)}, PowerAction::on, daemon.context(),
                    until_running(60)));
    EXPECT_THAT(output, StartsWith("on → on → running"));
}

TEST_F(PowerRunTest, HowFarABladeCameIsToldAtTheTimeLimit) {
    daemon.prepare("GET /v1/status", status_line(10, "unseen", 5));
    daemon.prepare("GET /v1/status?watch=1", status_line(11, "booting", 11));
    const auto late = run({target("c", {"n1"}, PowerState::off)}, PowerAction::on, daemon.context(),
                          until_running(1));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().cause.message(), "n1: off → on, but it is booting");
    EXPECT_THAT(late.error().cause.cure(), HasSubstr("dim blade show n1"));
    const auto unknown = run({target("c", {"n7"}, PowerState::off)}, PowerAction::on,
                             daemon.context(), until_running(1));
    EXPECT_THAT(unknown.error().cause.message(), HasSubstr("served by no image server"));
}

TEST_F(PowerRunTest, AnImageServerThatIsAwayHoldsUpItsOwnBladesOnly) {
    api::ServerList list;
    for (const char* name : {"s01", "s02"})
        list.servers.push_back({.name = *model::ComponentName::parse(name),
                                .state = "member",
                                .endpoint = {},
                                .joined = {}});
    list.servers[0].state = "here";
    daemon.prepare("GET /v1/servers", to_json(list));
    daemon.prepare("GET /v1/status", status_line(10, "unseen", 5));
    daemon.prepare("GET /v1/status?watch=1", status_line(20, "running", 19));
    Context context = daemon.context();
    context.splits = true;
    context.socket = daemon.socket_path();
    EXPECT_TRUE(
        run({target("c", {"n1"}, PowerState::off)}, PowerAction::on, context, until_running(60)));
    EXPECT_EQ(output, "off → on → running\n");
    sent.lines.clear();
    EXPECT_FALSE(run({target("c", {"n1", "n7"}, PowerState::off)}, PowerAction::on, context,
                     until_running(1)))
        << "n7 may be of s02";
    EXPECT_THAT(sent.lines, IsEmpty());
}

TEST_F(PowerRunTest, OneThatDoesNotObeyHoldsUpNoBootBehindIt) {
    daemon.prepare("GET /v1/status", status_line(10, "unseen", 5));
    daemon.prepare("GET /v1/status?watch=1", status_line(20, "running", 19));
    const std::int64_t begin = sys::boottime_us();
    EXPECT_FALSE(run({target("c", {"stuck", "n1"}, PowerState::off)}, PowerAction::on,
                     daemon.context(), until_running(2)));
    EXPECT_EQ(output, "n1: off → on → running\n");
    EXPECT_THAT(errors, HasSubstr("stuck: failed: stuck took the command and is still off"));
    ASSERT_EQ(sent.lines, (std::vector<std::string>{"stuck on", "n1 on"}));
    EXPECT_LT(sent.times_us.back() - begin, 1'500'000) << "it waited for the one before";
}

TEST_F(PowerRunTest, ThePowerStateHasItsOwnTimeBesideTheBoot) {
    PowerArguments arguments;
    arguments.wait = "running";
    EXPECT_EQ(arguments.power_time(), std::chrono::seconds(30));
    EXPECT_EQ(arguments.time_limit(), std::chrono::seconds(600));
    arguments.time_limit_seconds = 1200;
    EXPECT_EQ(arguments.power_time(), std::chrono::seconds(30));
    arguments.time_limit_seconds = 10;
    EXPECT_EQ(arguments.power_time(), std::chrono::seconds(10));
    arguments.wait = "120";
    arguments.time_limit_seconds.reset();
    EXPECT_EQ(arguments.power_time(), std::chrono::seconds(120)) << "it was said";
    EXPECT_EQ(PowerArguments{}.power_time(), std::chrono::seconds(30));
}

TEST_F(PowerRunTest, NothingIsSentWhenNobodyCanTellWhatRuns) {
    const auto blade = target("c", {"n1"}, PowerState::off);
    EXPECT_FALSE(run({blade}, PowerAction::on, daemon.context(), until_running(1)));
    Context file = daemon.context();
    file.cluster_file = "x.xml";
    EXPECT_EQ(run({blade}, PowerAction::on, file, until_running(1)).error().exit_code,
              ExitCode::usage);
    EXPECT_EQ(run({blade}, PowerAction::off, daemon.context(), until_running(1)).error().exit_code,
              ExitCode::usage);
    EXPECT_THAT(sent.lines, IsEmpty());
}

}  // namespace
}  // namespace dim::tool
