#include "libdim/api/agent_messages.hpp"
#include "libdim/api/expect_round_trip.hpp"
#include "libdim/api/message_samples.hpp"

#include <gtest/gtest.h>

namespace dim::api {
namespace {

using testing::expect_round_trip;

TEST(AgentMessages, RefuseValuesThatAreNone) {
    const std::string good = to_json(samples::boot_request());
    const auto refuses = [&](std::string_view from, std::string_view to) {
        std::string text = good;
        text.replace(text.find(from), from.size(), to);
        return !parse<BootRequest>(text);
    };
    EXPECT_TRUE(refuses("52:54:00:01:01:01", "52:54:00:01:01"));
    EXPECT_TRUE(refuses("52:54:00:01:01:01", "ff:ff:ff:ff:ff:ff"));
    EXPECT_TRUE(refuses("\"ppc64\"", "\"vax\""));
    EXPECT_TRUE(refuses("\"network\"", "\"netwerk\""));
    EXPECT_TRUE(refuses("\"cpus\":4", "\"cpus\":-4"));
}

TEST(AgentMessages, PlanNeedsAGeneration) {
    std::string text = to_json(samples::boot_plan());
    text.replace(text.find("\"generation\":7"), 14, "\"generation\":0");
    EXPECT_FALSE(parse<BootPlan>(text));
}

TEST(AgentMessages, ReadBackAsWritten) {
    expect_round_trip(samples::boot_request());
    expect_round_trip(samples::bare_boot_request());
    expect_round_trip(samples::boot_plan());
    expect_round_trip(samples::stage_report());
    expect_round_trip(samples::failure_report());
    expect_round_trip(samples::bare_failure_report());
    expect_round_trip(samples::running_report());
    expect_round_trip(samples::enrolment_request());
    expect_round_trip(samples::enrolment());
    expect_round_trip(samples::heartbeat());
    expect_round_trip(samples::bare_heartbeat());
    expect_round_trip(samples::heartbeat_answer());
    expect_round_trip(HeartbeatAnswer{});
    expect_round_trip(samples::move_report());
    expect_round_trip(samples::bare_move_report());
}

TEST(AgentMessages, HaveNoMoreSharedDirectoriesThanAPlan) {
    HeartbeatAnswer answer = samples::heartbeat_answer();
    answer.shared->mounts.assign(limits::kSharedMounts, answer.shared->mounts.front());
    EXPECT_TRUE(parse<HeartbeatAnswer>(to_json(answer)));
    answer.shared->mounts.push_back(answer.shared->mounts.front());
    EXPECT_EQ(parse<HeartbeatAnswer>(to_json(answer)).error().code(), ErrorCode::limit_exceeded);
}

// The names are the contract (docs/api/openapi.json): old agents talk to new servers.
TEST(AgentMessages, HaveTheNamesOfTheContract) {
    EXPECT_EQ(to_json(samples::bare_heartbeat()),
              R"({"token":"0123","memory_available_bytes":123456789,"processes":42,)"
              R"("load":0.015625,"now_us":60000000})");
    EXPECT_EQ(to_json(samples::stage_report()),
              R"({"token":"0123","stages":[{"stage":"mount-shared","at_us":2000000}],)"
              R"("now_us":2100000})");
    EXPECT_EQ(to_json(HeartbeatAnswer{}), "{}");
}

}  // namespace
}  // namespace dim::api
