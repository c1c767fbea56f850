#include "libdim/api/server_messages.hpp"
#include "tools/cluster_macs.hpp"
#include "tools/fake_daemon.hpp"
#include "tools/sample_cluster.hpp"

#include <gmock/gmock.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

model::ComponentName mac_owner(const std::string& text) {
    return model::ComponentName::parse(text).value();
}
const model::MacAddress kLearned = model::MacAddress::parse("02:00:00:00:00:01").value();

/// s01 is here; s02, a member, does not answer.
class ClusterMacsTest : public ::testing::Test {
protected:
    ClusterMacsTest() {
        api::ServerList list;
        for (const char* name : {"s01", "s02"})
            list.servers.push_back(
                {.name = mac_owner(name), .state = "member", .endpoint = {}, .joined = {}});
        list.servers[0].state = "here";
        daemon.prepare("GET /v1/servers", to_json(list));
        daemon.prepare("GET /v1/macs", to_json(api::MacList{9, {learned()}}));
        daemon.prepare("PUT /v1/macs", "{\"done\":\"learned\"}\n");
        for (cluster::Blade& blade : definition.blades)
            if (blade.name == learned().blade) blade.mac.reset();
    }
    static api::BladeMac learned() {
        return {.blade = mac_owner("s01c1b02"), .mac = kLearned, .source = "csv"};
    }
    Outcome<ClusterMacs> ask(const std::vector<model::ComponentName>& blades) const {
        Context context = daemon.context();
        context.splits = true;
        context.socket = daemon.socket_path();
        return ClusterMacs::ask(context, definition, blades);
    }

    FakeDaemon daemon;
    cluster::Definition definition = sample::definition();
};

TEST_F(ClusterMacsTest, TheServerOfABladeThatIsAskedAboutMustAnswer) {
    const auto refused = ask({mac_owner("s01c1b02"), mac_owner("s02c1b01")});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().cause.message(), StartsWith("s02: "));
}

TEST_F(ClusterMacsTest, OfAnotherOneItIsToldThatItIsNotCompared) {
    ::testing::internal::CaptureStderr();
    const auto macs = ask({mac_owner("s01c1b02")});
    EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("is not compared: s02: "));
    ASSERT_TRUE(macs) << macs.error().cause.message();
    EXPECT_EQ(macs->silent(), std::vector{mac_owner("s02")});
    const KnownMacs known = macs->known();
    EXPECT_EQ(known.at(mac_owner("s01c1b02")).mac, kLearned);
    EXPECT_FALSE(known.at(mac_owner("s01c1b02")).is_defined);
    EXPECT_TRUE(known.at(mac_owner("s02c1b01")).is_defined) << "the definition has all servers'";
    EXPECT_EQ(macs->server_of(mac_owner("s02c1b01")), nullptr);
    EXPECT_EQ(macs->server_of(mac_owner("s01c1b01"))->server->name, mac_owner("s01"));
    EXPECT_EQ(macs->mac_of(mac_owner("s01c1b02")), learned());
    EXPECT_EQ(macs->mac_of(mac_owner("s02c1b01")).source, "definition");
}

TEST_F(ClusterMacsTest, EachServerLearnsItsShareAndNobodyElses) {
    ::testing::internal::CaptureStderr();
    const auto macs = ask({mac_owner("s01c1b02")});
    ::testing::internal::GetCapturedStderr();
    ASSERT_TRUE(macs);
    EXPECT_EQ(macs->learn(daemon.context(), "csv", {{mac_owner("s01c1b02"), kLearned}}),
              "s01: learned");
    EXPECT_EQ(daemon.requests().back(),
              R"(PUT /v1/macs {"source":"csv","changes":[{"blade":"s01c1b02",)"
              R"("mac":"02:00:00:00:00:01"}],"base":9})");
    const std::size_t before = daemon.requests().size();
    EXPECT_FALSE(macs->learn(daemon.context(), "csv",
                             {{mac_owner("s01c1b02"), kLearned}, {mac_owner("s02c1b01")}}));
    EXPECT_EQ(daemon.requests().size(), before) << "nobody is asked for half of it";
}

}  // namespace
}  // namespace dim::tool
