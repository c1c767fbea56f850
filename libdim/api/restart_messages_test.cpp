#include "libdim/api/expect_round_trip.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/api/restart_messages.hpp"

#include <gtest/gtest.h>

namespace dim::api {
namespace {

TEST(RestartMessages, ReadBackAsWritten) {
    testing::expect_round_trip(samples::restarts());
    testing::expect_round_trip(samples::restart_report());
    testing::expect_round_trip(samples::bare_restart_report());
    testing::expect_round_trip(samples::restart_query());
    testing::expect_round_trip(samples::restart_list());
}

TEST(RestartMessages, HaveLimits) {
    RestartReport report = samples::restart_report();
    report.found.processes.assign(limits::kRestartProcesses, samples::restart_process());
    EXPECT_TRUE(parse<RestartReport>(to_json(report)));
    report.found.processes.push_back(samples::restart_process());
    EXPECT_FALSE(parse<RestartReport>(to_json(report)));
    RestartQuery query;
    query.blades.assign(limits::kRestartBlades + 1, samples::blade());
    EXPECT_FALSE(parse<RestartQuery>(to_json(query)));
}

// Users of a blade choose the names.
TEST(RestartMessages, HostileNamesAreMadeFit) {
    Restarts found{.processes = {}, .total = 3000, .cause = std::string(5000, '\x1b')};
    for (std::uint32_t pid = 1; pid <= 3000; ++pid)
        found.processes.push_back(
            {pid, std::string(99, '\n'), std::string(4000, '"'), "/" + std::string(9000, '\\'), 1});
    const Restarts fit = bounded(found);
    EXPECT_EQ(bounded(fit), fit);
    EXPECT_EQ(fit.total, 3000U);
    ASSERT_FALSE(fit.processes.empty());
    EXPECT_EQ(fit.processes[0].command, std::string(limits::kRestartCommandBytes, '?'));
    EXPECT_LE(to_json(fit).size(), limits::kRestartsBytes);
    EXPECT_TRUE(parse<RestartReport>(to_json(RestartReport{std::string(1000, 'x'), fit, 1})));
}

TEST(RestartMessages, NamesOfEverydayStayAsTheyAre) {
    EXPECT_EQ(bounded(samples::restarts()), samples::restarts());
}

}  // namespace
}  // namespace dim::api
