#include "imageserver/boot/test_database.hpp"
#include "imageserver/cluster/cluster_rollout.hpp"
#include "imageserver/cluster/running_cluster.hpp"
#include "imageserver/cluster/sample_cluster_xml.hpp"
#include "imageserver/peer/peer_fixture.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/tls/sha256.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::cluster_xml;
using samples::server_name;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A member as its management node sees it: the definitions that it had, the last in force.
class MemberAtWork {
public:
    MemberAtWork(const char* name, samples::PeerServer& management, std::string first)
        : texts_{std::move(first)}, server(name) {
        server.on_request = [this](const http::Request& request) { return answer(request); };
        EXPECT_TRUE(server.join(management));
    }
    std::string in_force() const {
        const std::lock_guard lock(mutex_);
        return texts_.back();
    }
    std::optional<Error> refusal;
    std::function<void()> when_asked;

private:
    http::Response answer(const http::Request& request) {
        const std::lock_guard lock(mutex_);
        if (when_asked) when_asked();
        http::Response response;
        if (request.target == "/v1/cluster/revisions") response.body = to_json(revisions());
        if (request.target == "/v1/cluster") response.body = to_json(change(request.body)) + "\n";
        return response;
    }
    api::ClusterRevisionList revisions() const {
        return {{{.number = number(),
                  .time = samples::at(1),
                  .origin = "x",
                  .sha256 = tls::sha256(texts_.back()),
                  .blades = 1,
                  .is_in_force = true}}};
    }
    api::JobLine change(const std::string& body) {
        const auto proposal = dim::testing::value_of(api::parse<api::ClusterProposal>(body));
        api::JobLine line;
        if (refusal || proposal.base != number()) {
            line.problem = api::to_problem(
                refusal.value_or(Error(ErrorCode::conflict, "another is in force")));
            return line;
        }
        texts_.push_back(proposal.xml ? *proposal.xml : texts_.at(*proposal.revision - 1));
        line.done = "applied";
        return line;
    }
    std::uint32_t number() const { return static_cast<std::uint32_t>(texts_.size()); }

    mutable std::mutex mutex_;
    std::vector<std::string> texts_;

public:
    samples::PeerServer server;
};

class ClusterRolloutTest : public ::testing::Test {
protected:
    ClusterRolloutTest() {
        EXPECT_TRUE(sys::write_file_atomically(file, cluster_xml(2)));
        running.emplace(database.get(), file);
        rollout.emplace(server_name("is01"), running->edits, run_edit(), management.membership,
                        database.get(), running->alerts, running->clock);
    }
    ClusterRollout::RunEdit run_edit() {
        return [this](const ClusterRollout::Edit& edit) {
            is_editing = true;
            auto done = edit();
            is_editing = false;
            ++edits;
            return done;
        };
    }
    api::RolloutProposal proposal(std::vector<api::RolloutBase> bases) const {
        return {
            .xml = cluster_xml(3), .file_name = "new.xml", .base = 1, .bases = std::move(bases)};
    }
    Result<std::string> apply(std::vector<api::RolloutBase> bases) {
        return rollout->apply(proposal(std::move(bases)),
                              [](std::string_view, std::uint64_t, std::uint64_t) {});
    }
    std::string in_force() { return running->edits.current().value().xml.value(); }
    std::vector<DefinitionDebt> behind() { return rollout->behind().value(); }

    TestDatabase database{{kClusterMigration, kDefinitionDebtMigration}};
    std::string file = database.directory() + "/cluster.xml";
    std::optional<samples::RunningCluster> running;
    samples::PeerServer management{"is01"};
    MemberAtWork is02{"is02", management, cluster_xml(2)};
    MemberAtWork is03{"is03", management, cluster_xml(2)};
    std::optional<ClusterRollout> rollout;
    std::atomic<bool> is_editing = false;
    int edits = 0;
};

TEST_F(ClusterRolloutTest, AllHaveIt) {
    const auto done = apply({{server_name("is02"), 1}, {server_name("is03"), 1}});
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_THAT(*done, HasSubstr("of 2 members 2 have it"));
    for (const std::string& text : {in_force(), is02.in_force(), is03.in_force()})
        EXPECT_EQ(text, cluster_xml(3));
    EXPECT_THAT(behind(), IsEmpty());
}

TEST_F(ClusterRolloutTest, OtherEditsDoNotWaitForMembers) {
    std::atomic<bool> was_editing = false;
    is03.when_asked = [&] { was_editing = was_editing || is_editing; };
    is03.refusal = Error(ErrorCode::unavailable, "dhcpd does not start");
    ASSERT_FALSE(apply({{server_name("is02"), 1}, {server_name("is03"), 1}}));
    EXPECT_FALSE(was_editing);
    EXPECT_EQ(edits, 2) << "there, and back";
}

TEST_F(ClusterRolloutTest, WhatSomebodyEditsMeanwhileStays) {
    is03.refusal = Error(ErrorCode::unavailable, "dhcpd does not start");
    bool is_edited = false;
    is03.when_asked = [&] {
        if (std::exchange(is_edited, true)) return;
        EXPECT_TRUE(
            running->edits.apply({.xml = cluster_xml(5), .file_name = "mine.xml", .base = 2},
                                 [](std::string_view, std::uint64_t, std::uint64_t) {}));
    };
    const auto done = apply({{server_name("is02"), 1}, {server_name("is03"), 1}});
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message(), HasSubstr("not all could be put back: is01"));
    EXPECT_EQ(in_force(), cluster_xml(5));
    EXPECT_EQ(is02.in_force(), cluster_xml(2));
}

TEST_F(ClusterRolloutTest, WhatOneRefusesNobodyHas) {
    is03.refusal = Error(ErrorCode::unavailable, "dhcpd does not start").with_cure("look at it");
    const auto done = apply({{server_name("is02"), 1}, {server_name("is03"), 1}});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message(),
              "is03 refused it, and all servers have the definition that they had: dhcpd does not "
              "start");
    EXPECT_EQ(done.error().cure(), "look at it");
    for (const std::string& text : {in_force(), is02.in_force(), is03.in_force()})
        EXPECT_EQ(text, cluster_xml(2));
    EXPECT_THAT(behind(), IsEmpty());
}

TEST_F(ClusterRolloutTest, WhatIsRefusedHereNobodyIsAsked) {
    running->error = Error(ErrorCode::unavailable, "dhcpd does not start");
    running->fail_until = 1;
    ASSERT_FALSE(apply({{server_name("is02"), 1}, {server_name("is03"), 1}}));
    EXPECT_EQ(is02.in_force(), cluster_xml(2));
    EXPECT_THAT(behind(), IsEmpty());
}

TEST_F(ClusterRolloutTest, WhoDoesNotAnswerGetsItLater) {
    ASSERT_TRUE(apply({{server_name("is03"), 1}}));
    EXPECT_EQ(is02.in_force(), cluster_xml(2));
    EXPECT_THAT(behind(), ElementsAre(DefinitionDebt{server_name("is02"), "no answer"}));
    rollout->catch_up();
    EXPECT_EQ(is02.in_force(), cluster_xml(3));
    EXPECT_THAT(behind(), IsEmpty());
    EXPECT_THAT(running->alerts.alerts(), IsEmpty());
}

TEST_F(ClusterRolloutTest, WhoRefusesItLaterIsTold) {
    ASSERT_TRUE(apply({{server_name("is03"), 1}}));
    is02.refusal = Error(ErrorCode::unavailable, "dhcpd does not start");
    rollout->catch_up();
    EXPECT_THAT(behind(), ElementsAre(DefinitionDebt{server_name("is02"), "dhcpd does not start"}));
    const auto alerts = running->alerts.alerts();
    ASSERT_EQ(alerts.size(), 1U);
    EXPECT_EQ(alerts.front().origin, "is02");
    is02.refusal.reset();
    rollout->catch_up();
    EXPECT_THAT(running->alerts.alerts(), IsEmpty());
}

/// Whom the daemon was killed in the middle of telling is behind, and perhaps has it.
TEST_F(ClusterRolloutTest, WhoHasItIsNotToldAgain) {
    ASSERT_TRUE(DefinitionDebts(database.get())
                    .add(std::vector{DefinitionDebt{server_name("is02"), "it is being brought"}}));
    is02.refusal = Error(ErrorCode::conflict, "not again");
    rollout->catch_up();
    EXPECT_THAT(behind(), IsEmpty());
}

TEST_F(ClusterRolloutTest, WhatWasChangedByHandIsLeftAlone) {
    samples::PeerServer other{"is01"};
    ClusterRollout rollout{server_name("is01"), running->edits,  run_edit(),    other.membership,
                           database.get(),      running->alerts, running->clock};
    MemberAtWork edited{"is02", other, cluster_xml(5)};
    ASSERT_TRUE(DefinitionDebts(database.get())
                    .add(std::vector{DefinitionDebt{server_name("is02"), "no answer"}}));
    rollout.catch_up();
    EXPECT_EQ(edited.in_force(), cluster_xml(5));
    ASSERT_EQ(rollout.behind()->size(), 1U);
    EXPECT_THAT(running->alerts.alerts().front().text, HasSubstr("changed there by hand"));
}

}  // namespace
}  // namespace dim::server
