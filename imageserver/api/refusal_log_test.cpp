#include "imageserver/api/api_fixture.hpp"
#include "imageserver/api/refusal_log.hpp"

namespace dim::server {
namespace {

class RefusalLogTest : public ApiFixture {
protected:
    api::BladeStory story() { return read<api::BladeStory>(get("/v1/blades/s01c1b01")); }
};

TEST_F(RefusalLogTest, AFloodFromABladeIsOneLineInTenSeconds) {
    for (int i = 0; i < 1000; ++i)
        refusals.note(agent(), http::Refusal::malformed, "no HTTP");
    EXPECT_EQ(story().events.size(), 1u);
    EXPECT_EQ(alerts.alerts().front().count, 1000u);
    modules.now += 10;
    refusals.note(agent(), http::Refusal::malformed, "no HTTP");
    EXPECT_EQ(story().events.size(), 2u);
}

TEST_F(RefusalLogTest, TheStoryTellsWhatWasDone) {
    refusals.note(agent(), http::Refusal::broken_off, "it went away");
    refusals.note(agent(), http::Refusal::too_long, "100 KiB");
    const auto events = story().events;
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].text, "dropped a connection of it: it went away");
    EXPECT_EQ(events[1].text, "refused a request of it: 100 KiB");
}

TEST_F(RefusalLogTest, OfAStrangerIsAnAlertOnly) {
    refusals.note(at_address(samples::server_address()), http::Refusal::too_slow, "slow");
    EXPECT_EQ(alert_kinds(), std::vector<std::string>{"slow"});
    EXPECT_TRUE(story().events.empty());
}

TEST_F(RefusalLogTest, OfAnAdministratorsToolIsNone) {
    refusals.note(root(), http::Refusal::broken_off, "Ctrl-C");
    EXPECT_TRUE(alerts.alerts().empty());
    refusals.note(root(), http::Refusal::handler_failed, "a bug");
    EXPECT_EQ(alert_kinds(), std::vector<std::string>{"internal"});
}

TEST_F(RefusalLogTest, AnUnknownAuthorityIsExplained) {
    refusals.note(agent(), http::Refusal::tls_failed,
                  "TLS handshake: the peer does not trust our certificate (unknown CA)");
    const auto status = story().status;
    EXPECT_EQ(status.state, model::BladeState::failed);
    EXPECT_EQ(status.stage, model::BootStage::tls);
    EXPECT_TRUE(status.cause->contains("another cluster's CA"));
    EXPECT_TRUE(status.cure->contains("dim buildzimage"));
}

TEST_F(RefusalLogTest, OtherTlsFailuresKeepTheirWords) {
    EXPECT_EQ(explain_tls_refusal("the peer does not speak TLS").message(),
              "the peer does not speak TLS");
    EXPECT_TRUE(explain_tls_refusal("the peer refuses our certificate (expired)")
                    .message()
                    .contains("expired"));
}

}  // namespace
}  // namespace dim::server
