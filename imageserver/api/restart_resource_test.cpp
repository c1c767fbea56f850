#include "imageserver/api/api_fixture.hpp"

namespace dim::server {
namespace {

class RestartResourceTest : public ApiFixture {
protected:
    http::Response ask(const std::string& body) {
        return call(http::Method::post, "/v1/restarts", body, root());
    }
};

TEST_F(RestartResourceTest, RefusesWhatIsNoQuestion) {
    EXPECT_EQ(ask("{}").status, 400);
    EXPECT_EQ(ask(R"({"blades":["x99"]})").status, 404);
    EXPECT_EQ(call(http::Method::post, "/v1/restarts", R"({"blades":[]})", agent()).status, 403);
    EXPECT_EQ(call(http::Method::post, "/v1/restarts", R"({"blades":[]})", user(4711)).status, 403);
    api::RestartQuery many;
    for (std::size_t i = 0; i <= api::limits::kRestartBlades; ++i)
        many.blades.push_back(samples::blade());
    EXPECT_EQ(ask(to_json(many)).status, 413);
    many.blades.pop_back();
    EXPECT_EQ(ask(to_json(many)).status, 200);
}

TEST_F(RestartResourceTest, TellsOfEachBladeAsItIsNow) {
    make_ready();
    clock.time = samples::at(110);
    run_blade(samples::blade(), 101);
    const std::string both = R"({"blades":["s01c1b02","s01c1b01"]})";
    const auto list = read<api::RestartList>(ask(both));
    ASSERT_EQ(list.blades.size(), 2U);
    EXPECT_EQ(list.blades[0].blade, samples::other_blade()) << "as they were asked for";
    EXPECT_EQ(list.blades[0].state, "off");
    EXPECT_EQ(list.blades[1].state, "unchanged");
    pass(500);
    EXPECT_EQ(read<api::RestartList>(ask(both)).blades[1].state, "off")
        << "it has said nothing for minutes";
}

}  // namespace
}  // namespace dim::server
