#include "tools/cluster_proposal.hpp"
#include "tools/fake_daemon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStdout;

api::ClusterDifference difference_of(std::uint32_t blades) {
    return {.base = 7,
            .changes = {{"changed", "s01c[1-4]b[01-14]", blades, "type js20 → js21"}},
            .blades = blades,
            .servers = {model::ComponentName::parse("s01").value()},
            .reloads = {{"dhcpd", "dhcpd.conf: 56 lines new"}}};
}

api::ClusterProposal proposal() { return {.xml = "<cluster/>", .file_name = "new.xml"}; }

class ClusterProposal : public ::testing::Test {
protected:
    void answer(std::uint32_t blades) {
        daemon.prepare("POST /v1/cluster/difference", to_json(difference_of(blades)));
    }
    /// Returns what was printed.
    std::string propose_it(const Context& context, ProposalEnd end) {
        CaptureStdout();
        outcome = propose(context, proposal(), end);
        return GetCapturedStdout();
    }
    FakeDaemon daemon;
    Outcome<> outcome;
};

TEST_F(ClusterProposal, AnErrorInTheDefinitionEndsIt) {
    daemon.prepare("POST /v1/cluster/difference",
                   Error(ErrorCode::invalid_input, "new.xml:3: no such network"));
    EXPECT_EQ(propose_it(daemon.context(), ProposalEnd::apply), "");
    EXPECT_EQ(outcome.error().cause.message(), "new.xml:3: no such network");
    EXPECT_EQ(daemon.requests().size(), 1U);
}

TEST_F(ClusterProposal, ManyBladesNeedAnAnswer) {
    answer(56);
    EXPECT_THAT(propose_it(daemon.context(), ProposalEnd::apply),
                HasSubstr("~ s01c[1-4]b[01-14] (56): type js20 → js21\n"
                          "56 blades, 1 server: s01\n"
                          "reloads dhcpd here: dhcpd.conf: 56 lines new\n"));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().exit_code, ExitCode::not_confirmed);
    EXPECT_EQ(daemon.requests().size(), 1U);
}

TEST_F(ClusterProposal, ATrialChangesNothing) {
    answer(56);
    EXPECT_THAT(propose_it(daemon.context(), ProposalEnd::show_difference), HasSubstr("56 blades"));
    EXPECT_TRUE(outcome);
    EXPECT_EQ(daemon.requests().size(), 1U);
    Context context = daemon.context();
    context.assume_yes =
        true;  // to see what a command with --yes would do is what --dry-run is for
    propose_it(context, ProposalEnd::show_difference);
    EXPECT_TRUE(outcome);
    EXPECT_EQ(daemon.requests().size(), 2U);
    context.json = true;
    EXPECT_EQ(propose_it(context, ProposalEnd::show_difference), to_json(difference_of(56)) + '\n');
}

TEST_F(ClusterProposal, WhatWasShownIsTheBaseOfWhatIsDone) {
    answer(56);
    daemon.prepare("PUT /v1/cluster", std::string("{\"done\":\"revision 8 is in force\"}\n"));
    Context context = daemon.context();
    context.assume_yes = true;
    EXPECT_THAT(propose_it(context, ProposalEnd::apply), HasSubstr("\nrevision 8 is in force\n"));
    ASSERT_TRUE(outcome) << outcome.error().cause.message();
    EXPECT_THAT(
        daemon.requests(),
        ElementsAre(HasSubstr("POST"),
                    R"(PUT /v1/cluster {"xml":"<cluster/>","file_name":"new.xml","base":7})"));
}

TEST_F(ClusterProposal, AnotherWasFaster) {
    answer(1);
    daemon.prepare("PUT /v1/cluster", Error(ErrorCode::conflict, "revision 8 is in force, not 7")
                                          .with_cure("look at the difference again"));
    propose_it(daemon.context(), ProposalEnd::apply);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().cause.message(), "revision 8 is in force, not 7");
    EXPECT_EQ(outcome.error().cause.cure(), "look at the difference again");
    EXPECT_EQ(outcome.error().exit_code, ExitCode::failed);
}

api::ClusterRevision revision(std::uint32_t number, const std::string& sha256, bool is_in_force) {
    return {.number = number,
            .time = *model::Timestamp::parse("2026-11-20T13:40:00.000000Z"),
            .origin = "x",
            .sha256 = sha256,
            .blades = 1,
            .is_in_force = is_in_force};
}

TEST(PreviousRevision, ThereMayBeNone) {
    EXPECT_EQ(previous_revision({}).error().code(), ErrorCode::not_found);
    EXPECT_FALSE(previous_revision({{revision(1, "a", true)}}));
    EXPECT_FALSE(previous_revision({{revision(2, "a", true), revision(1, "a", false)}}));
    EXPECT_FALSE(previous_revision({{revision(2, "b", false), revision(1, "a", true)}}));
}

TEST(PreviousRevision, IsTheNewestThatDiffers) {
    EXPECT_EQ(*previous_revision({{revision(4, "c", false), revision(3, "b", true),
                                   revision(2, "b", false), revision(1, "a", false)}}),
              1U);
}

}  // namespace
}  // namespace dim::tool
