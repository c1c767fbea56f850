#include "imageserver/api/api_fixture.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/file.hpp"

namespace dim::server {
namespace {

class ClusterResourceTest : public ApiFixture {
protected:
    static std::string proposal(std::size_t blades, std::optional<std::uint32_t> base = 1) {
        return to_json(api::ClusterProposal{.xml = samples::cluster_xml(blades),
                                            .file_name = "a.xml",
                                            .revision = {},
                                            .base = base});
    }
    api::JobLine put(const std::string& body) {
        const auto response = call(http::Method::put, "/v1/cluster", body, root());
        EXPECT_EQ(response.status, 200) << response.body;
        return *api::parse<api::JobLine>(split(trim(response.body), '\n').back());
    }
};

TEST_F(ClusterResourceTest, RefusesWhatIsNoProposalAndRevisionsThereAreNot) {
    EXPECT_EQ(call(http::Method::put, "/v1/cluster", "{", root()).status, 400);
    EXPECT_EQ(call(http::Method::post, "/v1/cluster/difference", "{}", root()).status, 400);
    EXPECT_EQ(call(http::Method::post, "/v1/cluster/difference", R"({"xml":"<c"})", root()).status,
              400);
    EXPECT_EQ(get("/v1/cluster/revisions/9").status, 404);
    EXPECT_EQ(get("/v1/cluster/revisions/-1").status, 400);
    EXPECT_EQ(put(proposal(3, std::nullopt)).problem->status, 400u);
    EXPECT_EQ(put(proposal(3, 7)).problem->status, 409u);
    EXPECT_EQ(call(http::Method::get, "/v1/cluster", "", agent()).status, 403);
}

TEST_F(ClusterResourceTest, AppliesShowsAndGoesBack) {
    const auto difference = read<api::ClusterDifference>(
        call(http::Method::post, "/v1/cluster/difference", proposal(3), root()));
    EXPECT_EQ(difference.base, 1u);
    ASSERT_EQ(difference.reloads.size(), 1U);
    EXPECT_EQ(difference.reloads.front().service, "dhcpd");
    EXPECT_TRUE(put(proposal(3)).done);
    auto current = read<api::ClusterRevision>(get("/v1/cluster"));
    EXPECT_EQ(current.number, 2u);
    EXPECT_EQ(current.blades, 3u);
    EXPECT_EQ(current.xml, samples::cluster_xml(3));
    EXPECT_EQ(services.dhcp().hosts().value().size(), 3u);
    EXPECT_TRUE(put(R"({"revision":1,"base":2})").done);
    EXPECT_EQ(sys::read_file(cluster_file()), samples::cluster_xml(2));
    const auto list = read<api::ClusterRevisionList>(get("/v1/cluster/revisions"));
    ASSERT_EQ(list.revisions.size(), 3u);
    EXPECT_EQ(list.revisions[0].origin, "back to revision 1");
    EXPECT_EQ(read<api::ClusterRevision>(get("/v1/cluster/revisions/2")).xml,
              samples::cluster_xml(3));
}

TEST_F(ClusterResourceTest, ADefinitionThatAServiceRefusesIsToldWithTheCause) {
    control.outcomes.assign(2, fail(ErrorCode::invalid_input, "dhcpd refuses it"));
    const auto line = put(proposal(3));
    ASSERT_TRUE(line.problem);
    EXPECT_TRUE(line.problem->detail.contains("dhcpd refuses it")) << line.problem->detail;
    EXPECT_EQ(read<api::ClusterRevision>(get("/v1/cluster")).number, 1u);
}

}  // namespace
}  // namespace dim::server
