#include "imageserver/api/agent_resource.hpp"
#include "imageserver/api/api_fixture.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/testing/failing_writes.hpp"

#include <chrono>
#include <map>

namespace dim::server {
namespace {

using model::BladeState;
using model::BootStage;

class AgentResourceTest : public ApiFixture {
protected:
    http::Response ask(std::uint32_t attempt = 1) {
        return post_as_agent("/v1/agent/boots", to_json(samples::boot_request(seconds(), attempt)));
    }
    /// The blade runs from an image of generation 1; returns the path of its reports.
    std::string run_blade() {
        make_ready();
        const auto plan = read<api::BootPlan>(ask());
        token = plan.token;
        const std::string path = "/v1/agent/boots/" + plan.boot_id;
        pass(1);
        EXPECT_EQ(
            post_as_agent(path + "/running", to_json(samples::running_report(seconds(), token)))
                .status,
            204);
        return path;
    }
    /// The image of the blade becomes one of GENERATION, on the server.
    void move_image(std::uint32_t generation) {
        auto image = images.blade_image(samples::blade(), samples::image()).value();
        image.generation = *model::Generation::from_number(generation);
        images.add(image);
        ASSERT_TRUE(appliers.apply_all());
    }
    std::string beat(std::uint32_t wait_seconds) {
        api::Heartbeat heartbeat = samples::heartbeat(seconds(), token);
        heartbeat.wait_seconds = wait_seconds;
        return to_json(heartbeat);
    }
    std::shared_ptr<PendingCall> begin_beat(const std::string& path) {
        return begin_call(http::Method::post, path + "/heartbeats",
                          beat(api::limits::kHeartbeatWaitSeconds), agent());
    }
    std::optional<api::SharedRoots> news_after(const std::string& path,
                                               std::uint32_t wait_seconds) {
        pass(1);
        return read<api::HeartbeatAnswer>(post_as_agent(path + "/heartbeats", beat(wait_seconds)))
            .shared;
    }
    int report_move(const std::string& path, std::uint32_t generation,
                    std::optional<std::string> cause = {}) {
        pass(1);
        return post_as_agent(path + "/moves", to_json(samples::move_report(
                                                  generation, seconds(), std::move(cause), token)))
            .status;
    }

    std::string token;

    api::BladeStory story() { return read<api::BladeStory>(get("/v1/blades/s01c1b01")); }
};

TEST_F(AgentResourceTest, AnswersGarbageAndTellsTheAdministrator) {
    for (const char* body : {"", "{", "[]", "{\"mac\":1}", "\xff"})
        EXPECT_EQ(post_as_agent("/v1/agent/boots", body).status, 400);
    EXPECT_EQ(post_as_agent("/v1/agent/boots/x/stages", "{}").status, 400);
    ASSERT_EQ(alert_kinds(), std::vector<std::string>{"malformed"});
    EXPECT_EQ(alerts.alerts().front().count, 6u);
    EXPECT_EQ(story().events.size(), 1u) << "once in a while is enough";
}

TEST_F(AgentResourceTest, AnUnknownMacIsRefusedAndSeen) {
    api::BootRequest request = samples::boot_request(100);
    request.mac = *model::MacAddress::parse("52:54:00:ff:ff:ff");
    EXPECT_EQ(post_as_agent("/v1/agent/boots", to_json(request)).status, 404);
    EXPECT_EQ(alert_kinds(), std::vector<std::string>{"unknown-mac"});
}

TEST_F(AgentResourceTest, AMacOfAnotherAddressIsRefusedAndSeen) {
    const std::string body = to_json(samples::boot_request(100));
    for (const auto address : {samples::other_address(), samples::server_address()}) {
        EXPECT_EQ(call(http::Method::post, "/v1/agent/boots", body, at_address(address)).status,
                  403);
    }
    EXPECT_EQ(alerts.alerts().size(), 2u);
    EXPECT_EQ(story().status.state, BladeState::unseen);
}

TEST_F(AgentResourceTest, SaysWhyThereIsNoPlanAndWhenToAskAgain) {
    const auto refused = ask();
    EXPECT_EQ(refused.status, 404);
    ASSERT_TRUE(refused.retry_after);
    EXPECT_EQ(read<api::Problem>(refused).cure, "dim dhcp assign s01c1b01 IMAGE");
    const auto status = story().status;
    EXPECT_EQ(status.state, BladeState::failed);
    EXPECT_EQ(status.stage, BootStage::plan);
    EXPECT_EQ(status.cause, "no image is assigned to s01c1b01");
    make_ready();
    pass(5);
    EXPECT_EQ(ask(2).status, 200) << "it recovers without help";
    EXPECT_EQ(story().status.state, BladeState::booting);
}

TEST_F(AgentResourceTest, LeadsABladeToRunning) {
    make_ready();
    const auto plan = read<api::BootPlan>(ask());
    EXPECT_EQ(plan.root.source, "127.0.0.5:/blades/s01c1b01/granite");
    const std::string path = "/v1/agent/boots/" + plan.boot_id;
    const auto send = [&](const std::string& what, const std::string& body) {
        pass(1);
        return post_as_agent(path + what, body).status;
    };
    EXPECT_EQ(
        send("/stages", to_json(samples::stage_report(BootStage::mount_root, 100.5, plan.token))),
        204);
    EXPECT_EQ(send("/running", to_json(samples::running_report(102, plan.token))), 204);
    EXPECT_EQ(send("/heartbeats", to_json(samples::heartbeat(103, plan.token))), 204);
    EXPECT_EQ(story().status.state, BladeState::running);
    EXPECT_EQ(story().status.last_heard, clock.now());
    EXPECT_TRUE(alerts.alerts().empty());
}

TEST_F(AgentResourceTest, WhatIsNotOfferedYetIsOfferedForThePlan) {
    make_ready();
    ASSERT_TRUE(images.set_exported(samples::blade(), samples::image(), false));
    EXPECT_EQ(read<api::Problem>(ask()).cure, "dim nfs export s01c1b01 granite");
    ASSERT_TRUE(appliers.apply_all());
    ASSERT_TRUE(images.set_exported(samples::blade(), samples::image(), true));
    EXPECT_EQ(ask(2).status, 200) << "as after a restart of the daemon";
    EXPECT_EQ(services.nfs().exports().size(), 2u);
}

TEST_F(AgentResourceTest, ARunningBladeIsToldOfAnotherGenerationAtOnce) {
    const std::string path = run_blade();
    EXPECT_EQ(news_after(path, 0), std::nullopt);
    move_image(2);
    const auto news = news_after(path, api::limits::kHeartbeatWaitSeconds);
    ASSERT_TRUE(news);
    EXPECT_EQ(news->generation, *model::Generation::from_number(2));
    ASSERT_EQ(news->mounts.size(), 1u);
    EXPECT_EQ(news->mounts[0].source, "127.0.0.5:/shared/granite/2/usr");
    EXPECT_EQ(news->mounts[0].target, "/usr");

    EXPECT_EQ(report_move(path, 2), 204);
    EXPECT_EQ(story().status.generation, news->generation);
    EXPECT_EQ(story().events.back().text, "shared root of generation 2 in use");
    EXPECT_EQ(news_after(path, 0), std::nullopt) << "it has it";
}

TEST_F(AgentResourceTest, AHeartbeatIsStoredWhenItComesAndAnsweredWhenThereIsNews) {
    const std::string path = run_blade();
    pass(7);
    const auto waiting = begin_beat(path);
    run_until([this] { return news.waiting_count() == 1; });
    EXPECT_EQ(journal.newest_boot(samples::blade()).value()->last_heard, clock.now());
    EXPECT_FALSE(waiting->is_answered);
    move_image(2);
    news.tell(samples::other_blade());
    news.tell(samples::blade());
    run_until([&] { return waiting->is_answered; });
    EXPECT_TRUE(read<api::HeartbeatAnswer>(waiting->response).shared);
    EXPECT_EQ(news.waiting_count(), 0u);
}

TEST_F(AgentResourceTest, WithoutNewsAHeartbeatIsAnsweredWhenItsTimeIsOver) {
    const std::string path = run_blade();
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(news_after(path, 1), std::nullopt);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
    EXPECT_EQ(news.waiting_count(), 0u);
}

TEST_F(AgentResourceTest, ANewerHeartbeatOrTheDaemonsEndAnswersTheOneThatWaits) {
    const std::string path = run_blade();
    const auto first = begin_beat(path);
    run_until([this] { return news.waiting_count() == 1; });
    const auto second = begin_beat(path);
    run_until([&] { return first->is_answered; });
    EXPECT_FALSE(second->is_answered);
    news.stop();
    run_until([&] { return second->is_answered; });
    EXPECT_EQ(second->response.status, 200);
}

TEST_F(AgentResourceTest, AWaitThatIsTooLongIsRefused) {
    const std::string path = run_blade();
    EXPECT_EQ(
        post_as_agent(path + "/heartbeats", beat(api::limits::kHeartbeatWaitSeconds + 1)).status,
        413);
    EXPECT_EQ(alert_kinds(), std::vector<std::string>{"malformed"});
}

TEST_F(AgentResourceTest, ABladeThatCouldNotMountItIsToldAgainAfterAWhile) {
    const std::string path = run_blade();
    move_image(2);
    EXPECT_EQ(report_move(path, 2, "Stale file handle"), 204);
    EXPECT_EQ(story().status.generation, *model::Generation::from_number(1));
    EXPECT_EQ(story().events.back().text,
              "shared root of generation 2 could not be mounted: Stale file handle");
    EXPECT_EQ(news_after(path, 0), std::nullopt);
    move_image(3);
    EXPECT_TRUE(news_after(path, 0)) << "another one";
    EXPECT_EQ(report_move(path, 3, "Stale file handle"), 204);
    pass(60);
    EXPECT_TRUE(news_after(path, 0));
}

TEST_F(AgentResourceTest, OnlyTheBootItselfSaysWhichGenerationItHas) {
    const std::string path = run_blade();
    token = "guess";
    EXPECT_EQ(report_move(path, 2), 403);
    EXPECT_EQ(alert_kinds(), std::vector<std::string>{"wrong-token"});
    EXPECT_EQ(story().status.generation, *model::Generation::from_number(1));
}

TEST_F(AgentResourceTest, OnlyTheBootItselfReports) {
    make_ready();
    const auto plan = read<api::BootPlan>(ask());
    const std::string path = "/v1/agent/boots/" + plan.boot_id + "/heartbeats";
    const std::string good = to_json(samples::heartbeat(101, plan.token));
    EXPECT_EQ(post_as_agent(path, to_json(samples::heartbeat(101, "guess"))).status, 403);
    EXPECT_EQ(call(http::Method::post, path, good, at_address(samples::other_address())).status,
              404);
    EXPECT_EQ(call(http::Method::post, path, good, at_address(samples::server_address())).status,
              404);
    EXPECT_EQ(story().status.state, BladeState::booting);
    EXPECT_EQ(post_as_agent(path, good).status, 204);
}

TEST_F(AgentResourceTest, HearsNoUserOfABlade) {
    make_ready();
    http::Peer user = agent();
    user.port = 1024;
    const auto plan = read<api::BootPlan>(ask());
    const std::string boot = "/v1/agent/boots/" + plan.boot_id;
    for (const auto& [path, body] : std::map<std::string, std::string>{
             {"/v1/agent/boots", to_json(samples::boot_request(seconds()))},
             {"/v1/agent/enrolments", to_json(samples::enrolment_request(seconds()))},
             {"/v1/agent/failures",
              to_json(samples::failure_report(BootStage::connect, seconds()))},
             {boot + "/stages",
              to_json(samples::stage_report(BootStage::exec_init, seconds(), plan.token))},
             {boot + "/running", to_json(samples::running_report(seconds(), plan.token))},
             {boot + "/moves", to_json(samples::move_report(2, seconds(), {}, plan.token))},
             {boot + "/heartbeats", to_json(samples::heartbeat(seconds(), plan.token))}}) {
        EXPECT_EQ(call(http::Method::post, path, body, user).status, 403) << path;
    }
    EXPECT_EQ(story().status.state, BladeState::booting);
    ASSERT_EQ(alert_kinds(), std::vector<std::string>{"user-port"});
    EXPECT_EQ(alerts.alerts().front().count, 7u);
    EXPECT_EQ(alerts.alerts().front().origin, to_string(samples::blade_address()));
    EXPECT_EQ(
        post_as_agent(boot + "/heartbeats", to_json(samples::heartbeat(seconds(), plan.token)))
            .status,
        204)
        << "what the user did changed nothing for the blade";
}

TEST_F(AgentResourceTest, KnowsABladeAgainThatItsDatabaseForgot) {
    EXPECT_EQ(post_as_agent("/v1/agent/boots/s01c1b01-17/heartbeats",
                            to_json(samples::heartbeat(seconds())))
                  .status,
              404);
    const auto enrolment = read<api::Enrolment>(
        post_as_agent("/v1/agent/enrolments", to_json(samples::enrolment_request(seconds()))));
    EXPECT_EQ(story().status.state, BladeState::running);
    EXPECT_EQ(story().status.image, samples::image());
    pass(10);
    EXPECT_EQ(post_as_agent("/v1/agent/boots/" + enrolment.boot_id + "/heartbeats",
                            to_json(samples::heartbeat(seconds(), enrolment.token)))
                  .status,
              204);
    EXPECT_EQ(story().status.last_heard, clock.now());
}

TEST_F(AgentResourceTest, EnrolsNobodyForAnotherBlade) {
    const std::string body = to_json(samples::enrolment_request(seconds()));
    EXPECT_EQ(
        call(http::Method::post, "/v1/agent/enrolments", body, at_address(samples::other_address()))
            .status,
        403);
    EXPECT_EQ(story().status.state, BladeState::unseen);
    EXPECT_EQ(alert_kinds(), std::vector<std::string>{"unknown-address"});
}

TEST_F(AgentResourceTest, KeepsFailuresWithAllThatWasTried) {
    EXPECT_EQ(post_as_agent("/v1/agent/failures",
                            to_json(samples::failure_report(BootStage::connect, 100)))
                  .status,
              204);
    const auto kept = story();
    EXPECT_EQ(kept.status.state, BladeState::failed);
    EXPECT_EQ(kept.status.stage, BootStage::connect);
    EXPECT_TRUE(kept.status.cure);
    EXPECT_EQ(kept.events.back().detail.size(), 4u);
}

TEST_F(AgentResourceTest, AFullDiskKeepsNoBladeFromBooting) {
    make_ready();
    std::optional<api::BootPlan> given;
    std::string path;
    {
        const dim::testing::FailingWrites failing(database.directory(), ENOSPC);
        const auto answer = ask();
        ASSERT_EQ(answer.status, 200) << answer.body;
        given = read<api::BootPlan>(answer);
        path = "/v1/agent/boots/" + given->boot_id + "/running";
        EXPECT_EQ(story().status.state, BladeState::booting);
        const auto full = post_as_agent(path, to_json(samples::running_report(102, given->token)));
        EXPECT_GE(full.status, 400);
        EXPECT_NE(read<api::Problem>(full).detail.find("full"), std::string::npos);
    }
    EXPECT_EQ(post_as_agent(path, to_json(samples::running_report(103, given->token))).status, 204)
        << "the token was kept";
    EXPECT_EQ(story().status.state, BladeState::running);
}

TEST_F(AgentResourceTest, WhatIsToBeStartedAnewIsTheBladesWord) {
    const std::string path = run_blade();
    const auto report = [&](const std::string& with) {
        pass(1);
        return post_as_agent(path + "/restarts",
                             to_json(samples::restart_report(2, seconds(), with)))
            .status;
    };
    const auto ask = [&](const http::Peer& peer) {
        return call(http::Method::post, "/v1/restarts", R"({"blades":["s01c1b01"]})", peer);
    };
    EXPECT_EQ(report("guessed"), 403);
    EXPECT_EQ(read<api::RestartList>(ask(root())).blades.at(0).state, "unchanged");
    EXPECT_EQ(report(token), 204);
    const auto list = read<api::RestartList>(ask(root()));
    ASSERT_TRUE(list.blades.at(0).found);
    EXPECT_EQ(list.blades[0].found->total, 2U);
    EXPECT_EQ(ask(agent()).status, 403) << "no blade is told of another";
    EXPECT_EQ(ask(user(4711)).status, 403);
}

}  // namespace
}  // namespace dim::server
