#include "imageserver/api/api_fixture.hpp"

namespace dim::server {
namespace {

class MacResourceTest : public ApiFixture {
protected:
    static constexpr const char* kMacs = "/v1/macs";
    void forget_defined() {
        cluster::Definition without = samples::definition();
        for (cluster::Blade& each : without.blades)
            each.mac.reset();
        ASSERT_TRUE(roster.replace(std::move(without)));
    }
};

TEST_F(MacResourceTest, LearnsAndTellsWhereAMacComesFrom) {
    forget_defined();
    EXPECT_EQ(read<api::MacList>(get(kMacs)).blades.at(0).mac, std::nullopt);
    EXPECT_TRUE(run_job(http::Method::put, kMacs,
                        R"({"source":"csv","changes":[{"blade":"s01c1b01",)"
                        R"("mac":"02:00:00:00:00:01"}],"base":0})")
                    .done);
    const auto list = read<api::MacList>(get(kMacs));
    EXPECT_EQ(list.number, 1u);
    EXPECT_EQ(list.blades.at(0).source, "csv");
    const auto story = read<api::BladeStory>(get("/v1/blades/s01c1b01"));
    EXPECT_EQ(story.status.mac_source, "csv");
    EXPECT_TRUE(story.events.at(0).text.contains("learned"));
}

TEST_F(MacResourceTest, TheDefinitionWins) {
    EXPECT_EQ(read<api::MacList>(get(kMacs)).blades.at(0).source, "definition");
    EXPECT_EQ(run_job(http::Method::put, kMacs,
                      R"({"source":"learn","changes":[{"blade":"s01c1b01",)"
                      R"("mac":"02:00:00:00:00:01"}]})")
                  .problem->status,
              409u);
}

TEST_F(MacResourceTest, RefusesWhatIsNoMac) {
    for (const char* mac : {"01:00:5e:00:00:01", "00:00:00:00:00:00"})
        EXPECT_EQ(call(http::Method::put, kMacs,
                       R"({"source":"learn","changes":[{"blade":"s01c1b01","mac":")" +
                           std::string(mac) + R"("}]})",
                       root())
                      .status,
                  400)
            << mac;
    EXPECT_EQ(call(http::Method::get, kMacs, "", agent()).status, 403);
}

}  // namespace
}  // namespace dim::server
