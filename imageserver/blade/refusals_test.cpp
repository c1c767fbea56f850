#include "imageserver/blade/blade_status.hpp"
#include "imageserver/blade/refusals.hpp"
#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/state/fake_wall_clock.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

class RefusalsTest : public ::testing::Test {
protected:
    static http::Peer at_address(model::Ipv4Address address) {
        return {.credentials = {}, .address = address.value()};
    }
    static http::Peer agent() { return at_address(samples::blade_address()); }
    static http::Peer root() {
        return {.credentials = sys::PeerCredentials{.pid = 1, .uid = 0, .gid = 0}, .address = 0};
    }
    std::vector<api::StoryEvent> events() { return journal.story(samples::blade()).value(); }
    api::BladeStatus status() {
        const auto entry = roster.find(samples::blade()).value();
        return blade_status({entry.blade, entry.address, std::nullopt,
                             journal.newest_boot(samples::blade()).value()},
                            clock.now(), journal.listening_since());
    }
    std::vector<std::string> alert_kinds() const {
        std::vector<std::string> kinds;
        for (const api::Alert& alert : alerts.alerts())
            kinds.push_back(alert.kind);
        return kinds;
    }

    TestDatabase database;
    FakeWallClock clock{samples::at(100)};
    Roster roster = samples::roster();
    BootJournal journal{database.get(), samples::at(0)};
    Alerts alerts = Alerts::open(database.get()).value();
    Refusals refusals{alerts, journal, roster, clock};
};

TEST_F(RefusalsTest, AFloodFromABladeIsOneLineInTenSeconds) {
    for (int i = 0; i < 1000; ++i)
        refusals.note(agent(), http::Refusal::malformed, "no HTTP");
    EXPECT_EQ(events().size(), 1u);
    EXPECT_EQ(alerts.alerts().front().count, 1000u);
    clock.time = samples::at(110);
    refusals.note(agent(), http::Refusal::malformed, "no HTTP");
    EXPECT_EQ(events().size(), 2u);
}

TEST_F(RefusalsTest, AClockThatWentBackSilencesNoStory) {
    constexpr std::chrono::hours kYears(24 * 365 * 5);
    refusals.note(agent(), http::Refusal::malformed, "no HTTP");
    clock.jump(-kYears);
    refusals.note(agent(), http::Refusal::malformed, "no HTTP");
    EXPECT_EQ(events().size(), 1u) << "no time has passed";
    clock.pass(std::chrono::seconds(10));
    refusals.note(agent(), http::Refusal::malformed, "no HTTP");
    EXPECT_EQ(events().size(), 2u);
}

TEST_F(RefusalsTest, TheStoryTellsWhatWasDone) {
    refusals.note(agent(), http::Refusal::broken_off, "it went away");
    refusals.note(agent(), http::Refusal::too_long, "100 KiB");
    const auto told = events();
    ASSERT_EQ(told.size(), 2u);
    EXPECT_EQ(told[0].text, "dropped a connection of it: it went away");
    EXPECT_EQ(told[1].text, "refused a request of it: 100 KiB");
}

TEST_F(RefusalsTest, OfAStrangerIsAnAlertOnly) {
    refusals.note(at_address(samples::server_address()), http::Refusal::too_slow, "slow");
    EXPECT_EQ(alert_kinds(), std::vector<std::string>{"slow"});
    EXPECT_TRUE(events().empty());
}

TEST_F(RefusalsTest, AnUnknownAddressIsToldWithACure) {
    refusals.note(at_address(samples::server_address()), http::Refusal::unknown_address, "");
    EXPECT_EQ(alert_kinds(), std::vector<std::string>{"unknown-address"});
    EXPECT_TRUE(alerts.alerts().front().cure->contains("dim cluster reload"));
}

TEST_F(RefusalsTest, OfAnAdministratorsToolIsNone) {
    refusals.note(root(), http::Refusal::broken_off, "Ctrl-C");
    EXPECT_TRUE(alerts.alerts().empty());
    refusals.note(root(), http::Refusal::handler_failed, "a bug");
    EXPECT_EQ(alert_kinds(), std::vector<std::string>{"internal"});
}

TEST_F(RefusalsTest, AnUnknownAuthorityIsExplained) {
    refusals.note(agent(), http::Refusal::tls_failed,
                  "TLS handshake: the peer does not trust our certificate (unknown CA)");
    const auto status = this->status();
    EXPECT_EQ(status.state, model::BladeState::failed);
    EXPECT_EQ(status.stage, model::BootStage::tls);
    EXPECT_TRUE(status.cause->contains("another cluster's CA"));
    EXPECT_TRUE(status.cure->contains("dim buildzimage"));
}

TEST_F(RefusalsTest, OtherTlsFailuresKeepTheirWords) {
    EXPECT_EQ(explain_tls_refusal("the peer does not speak TLS").message(),
              "the peer does not speak TLS");
    EXPECT_TRUE(explain_tls_refusal("the peer refuses our certificate (expired)")
                    .message()
                    .contains("expired"));
}

}  // namespace
}  // namespace dim::server
