#include "imageserver/peer/member_answers.hpp"
#include "imageserver/peer/peer_fixture.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::PeerServer;
using samples::server_name;

TEST(MemberAnswers, TheLastOneIsShownWithItsAgeWhenThereIsNoNewOne) {
    PeerServer management("is01");
    std::optional<PeerServer> member(std::in_place, "is02");
    ASSERT_TRUE(member->join(management));
    MemberAnswers answers(management.membership, management.clock);

    const auto first = answers.ask(server_name("is02"), "/v1/status");
    ASSERT_TRUE(first);
    EXPECT_EQ(first->answer, "my management node");
    EXPECT_FALSE(first->age_seconds || first->problem);

    member.reset();
    management.clock.pass(std::chrono::seconds(240));
    const auto last = answers.ask(server_name("is02"), "/v1/status");
    ASSERT_TRUE(last);
    EXPECT_EQ(last->answer, "my management node");
    EXPECT_EQ(last->age_seconds, 240U);
    EXPECT_TRUE(last->problem);
    const auto never = answers.ask(server_name("is02"), "/v1/blade-images");
    ASSERT_TRUE(never);
    EXPECT_FALSE(never->answer);
    EXPECT_TRUE(never->problem);
}

TEST(MemberAnswers, WhoIsNoMemberHasNone) {
    PeerServer management("is01");
    PeerServer member("is02");
    ASSERT_TRUE(member.join(management));
    MemberAnswers answers(management.membership, management.clock);
    ASSERT_TRUE(answers.ask(server_name("is02"), "/v1/status"));
    ASSERT_TRUE(management.membership.remove(server_name("is02")));
    EXPECT_EQ(answers.ask(server_name("is02"), "/v1/status").error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace dim::server
