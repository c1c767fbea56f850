#include "libdim/api/expect_round_trip.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/api/server_messages.hpp"

#include <gtest/gtest.h>

namespace dim::api {
namespace {

TEST(ServerMessages, RoundTrip) {
    testing::expect_round_trip(samples::invite_server());
    testing::expect_round_trip(samples::server_token());
    testing::expect_round_trip(samples::join_cluster());
    testing::expect_round_trip(samples::join_request());
    testing::expect_round_trip(samples::join_answer());
    testing::expect_round_trip(samples::server_list());
    testing::expect_round_trip(samples::rollout_proposal());
    testing::expect_round_trip(RolloutProposal{});
    testing::expect_round_trip(samples::member_answer());
    testing::expect_round_trip(samples::bare_member_answer());
    testing::expect_round_trip(
        ServerList{{{.name = samples::blade(), .state = "alone", .endpoint = {}, .joined = {}}}});
}

TEST(ServerMessages, WhatIsTooLongIsRefused) {
    JoinRequest request = samples::join_request();
    request.public_key.assign(5000, 'A');
    EXPECT_FALSE(parse<JoinRequest>(to_json(request)));
}

}  // namespace
}  // namespace dim::api
