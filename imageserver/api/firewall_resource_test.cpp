#include "imageserver/api/api_fixture.hpp"

namespace dim::server {
namespace {

using FirewallResourceTest = ApiFixture;

TEST_F(FirewallResourceTest, SaysThatThePacketFilterNeedsNftables) {
    const auto line = run_job(http::Method::put, "/v1/firewall", "");
    ASSERT_TRUE(line.problem);
    EXPECT_EQ(line.problem->cure, "install the package nftables");
}

TEST_F(FirewallResourceTest, ShowsTheRulesThatItWouldApply) {
    const auto state = read<api::Firewall>(get("/v1/firewall"));
    EXPECT_FALSE(state.is_wanted);
    EXPECT_FALSE(state.is_in_force);
    EXPECT_TRUE(state.rules.contains(to_string(samples::server_address())));
    EXPECT_EQ(call(http::Method::get, "/v1/firewall", "", user(1234)).status, 403);
}

}  // namespace
}  // namespace dim::server
