#include "imageserver/cluster/member_definition.hpp"
#include "imageserver/peer/peer_fixture.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::server_name;

class MemberDefinitionTest : public ::testing::Test {
protected:
    MemberDefinitionTest() {
        EXPECT_TRUE(member->join(management));
        answer(200, "");
    }
    /// From now on.
    void answer(int status, std::string body) {
        member->on_request = [this, status, body = std::move(body)](const http::Request& request) {
            asked = std::string(to_string(request.method)) + ' ' + request.target;
            http::Response response;
            response.status = status;
            response.body = body;
            return response;
        };
    }
    static api::ClusterRevision revision(std::uint32_t number, bool is_in_force) {
        return {.number = number,
                .time = samples::at(1).time,
                .origin = "x",
                .sha256 = std::string(64, 'a'),
                .blades = 1,
                .is_in_force = is_in_force};
    }
    MemberDefinition::Change change() const {
        return definition.change({.xml = "<cluster/>", .file_name = "new.xml", .base = 1});
    }

    samples::PeerServer management{"is01"};
    std::optional<samples::PeerServer> member{"is02"};
    MemberDefinition definition{management.membership, server_name("is02")};
    std::string asked;
};

TEST_F(MemberDefinitionTest, OneThatIsAwayHasPerhapsDoneIt) {
    member.reset();
    const auto gone = change();
    EXPECT_FALSE(gone.is_done);
    EXPECT_FALSE(gone.is_refused);
    EXPECT_TRUE(gone.problem);
    EXPECT_FALSE(definition.current());
    EXPECT_FALSE(MemberDefinition(management.membership, server_name("is03")).current())
        << "it is no member";
}

TEST_F(MemberDefinitionTest, OneThatEndsInTheMiddleHasPerhapsDoneIt) {
    for (const char* lines : {"", "\n", "{\"progress\":\"reloading\"}\n", "{\"do",
                              "{\"done\":\"x\"}\n{\"progress\":\"reloading\"}\n"}) {
        answer(200, lines);
        const auto broken_off = change();
        EXPECT_FALSE(broken_off.is_done) << lines;
        EXPECT_FALSE(broken_off.is_refused) << lines;
        ASSERT_TRUE(broken_off.problem) << lines;
        EXPECT_EQ(broken_off.problem->code(), ErrorCode::unavailable) << lines;
    }
}

TEST_F(MemberDefinitionTest, ARefusalIsToldWithItsCause) {
    const std::string problem =
        to_json(api::to_problem(Error(ErrorCode::conflict, "revision 3 is in force")));
    answer(409, problem);
    const auto refused = change();
    EXPECT_TRUE(refused.is_refused);
    ASSERT_TRUE(refused.problem);
    EXPECT_EQ(refused.problem->code(), ErrorCode::conflict);
    EXPECT_TRUE(refused.problem->message().contains("revision 3 is in force"));
    EXPECT_EQ(definition.current().error().code(), ErrorCode::conflict);
    const api::JobLine line{
        .problem = api::to_problem(Error(ErrorCode::unavailable, "dhcpd does not start"))};
    answer(200, "{\"progress\":\"reloading\"}\n" + to_json(line) + "\n");
    const auto undone = change();
    EXPECT_TRUE(undone.is_refused);
    EXPECT_FALSE(undone.is_done);
    EXPECT_TRUE(undone.problem->message().contains("dhcpd does not start"));
}

TEST_F(MemberDefinitionTest, ItsLastLineTellsThatItIsDone) {
    answer(200, "{\"progress\":\"reloading\"}\n{\"done\":\"applied\"}\n");
    const auto done = change();
    EXPECT_TRUE(done.is_done);
    EXPECT_FALSE(done.is_refused);
    EXPECT_FALSE(done.problem);
    EXPECT_EQ(asked, "PUT /v1/cluster");
}

TEST_F(MemberDefinitionTest, TheOneInForceIsOneOfItsList) {
    answer(200, to_json(api::ClusterRevisionList{
                    {revision(7, false), revision(6, true), revision(5, false)}}));
    const auto current = definition.current();
    ASSERT_TRUE(current) << current.error().message();
    EXPECT_EQ(current->number, 6u);
    EXPECT_EQ(asked, "GET /v1/cluster/revisions");
    answer(200, to_json(api::ClusterRevisionList{{revision(7, false)}}));
    EXPECT_EQ(definition.current().error().code(), ErrorCode::internal);
    answer(200, "{\"revisions\":7}");
    EXPECT_EQ(definition.current().error().code(), ErrorCode::invalid_input);
}

}  // namespace
}  // namespace dim::server
