#include "imageserver/api/api_fixture.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"

namespace dim::server {
namespace {

class NameResourceTest : public ApiFixture {
protected:
    NameResourceTest() {
        EXPECT_TRUE(
            roster.replace(cluster::parse_cluster(samples::cluster_xml(3), "cluster.xml").value()));
    }
    http::Response ask(const std::string& body) {
        return call(http::Method::post, "/v1/names", body, root());
    }
};

TEST_F(NameResourceTest, RefusesWhatNamesNothing) {
    EXPECT_EQ(ask("{}").status, 400);
    EXPECT_EQ(ask(R"({"range":"b1["})").status, 400);
    EXPECT_EQ(ask(R"({"range":"b9"})").status, 404);
    EXPECT_EQ(ask(R"({"range":"all","role":"king"})").status, 400);
    EXPECT_EQ(call(http::Method::post, "/v1/names", R"({"range":"all"})", agent()).status, 403);
}

TEST_F(NameResourceTest, TellsNamesAndAddresses) {
    const auto list = read<api::NameList>(ask(R"({"range":"b[2-3]"})"));
    ASSERT_EQ(list.names.size(), 2u);
    EXPECT_EQ(to_string(list.names[0].name), "b2");
    ASSERT_EQ(list.names[0].addresses.size(), 1u);
    EXPECT_EQ(to_string(list.names[0].addresses[0].address), "127.0.0.12");
}

TEST_F(NameResourceTest, ABladeIsFoundByAnyOfItsNames) {
    EXPECT_EQ(to_string(read<api::BladeStory>(get("/v1/blades/b3")).status.name), "b3");
    EXPECT_EQ(to_string(read<api::BladeStory>(get("/v1/blades/b003")).status.name), "b3");
    EXPECT_EQ(get("/v1/blades/b004").status, 404);
}

}  // namespace
}  // namespace dim::server
