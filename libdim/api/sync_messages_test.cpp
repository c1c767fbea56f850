#include "libdim/api/expect_round_trip.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/api/sync_messages.hpp"

#include <gtest/gtest.h>

namespace dim::api {
namespace {

TEST(SyncMessages, RoundTrip) {
    testing::expect_round_trip(samples::sync_image());
    testing::expect_round_trip(samples::sync_report());
    testing::expect_round_trip(samples::sync_line());
    testing::expect_round_trip(samples::sync_log_query());
    testing::expect_round_trip(SyncLogQuery{});
    testing::expect_round_trip(samples::undo_sync());
    testing::expect_round_trip(samples::sync_conflict_query());
    testing::expect_round_trip(samples::sync_conflict_list());
    testing::expect_round_trip(samples::resolve_conflicts());
    testing::expect_round_trip(samples::sync_log());
    const SyncOutcome bare{.blades = {samples::blade()}, .state = "current"};
    testing::expect_round_trip(SyncReport{samples::image(), samples::generation(), false, {bare}});
}

TEST(SyncMessages, NoMoreThanAllCanBeRemoved) {
    SyncImage request = samples::sync_image();
    request.most_removed_percent = 100;
    EXPECT_TRUE(check_sync(request));
    request.most_removed_percent = 101;
    EXPECT_FALSE(check_sync(request));
}

TEST(SyncMessages, AResolutionHasASideAndPaths) {
    EXPECT_TRUE(check_resolution(samples::resolve_conflicts()));
    ResolveConflicts request = samples::resolve_conflicts();
    request.take = "mine";
    EXPECT_FALSE(check_resolution(request));
    request.take = "blade";
    request.paths = {"etc/motd"};
    EXPECT_FALSE(check_resolution(request));
    request.paths = {};
    EXPECT_FALSE(check_resolution(request));
}

TEST(SyncMessages, TooManyRulesAreRefused) {
    SyncImage request = samples::sync_image();
    request.keep_out.assign(limits::kKeepOutRules + 1, "- /a");
    EXPECT_FALSE(parse<SyncImage>(to_json(request)));
}

}  // namespace
}  // namespace dim::api
