#include "imageserver/api/api_fixture.hpp"
#include "imageserver/api/status_resource.hpp"

namespace dim::server {
namespace {

class StatusResourceTest : public ApiFixture {};

TEST_F(StatusResourceTest, RefusesBladesThereAreNot) {
    EXPECT_EQ(get("/v1/blades/s99").status, 404);
    EXPECT_EQ(get("/v1/blades/S01").status, 400);
}

TEST_F(StatusResourceTest, ShowsEveryBladeAndEveryAlert) {
    ASSERT_TRUE(journal.begin_boot(samples::blade(), samples::boot_request(90), samples::at(90)));
    refusals.note_unknown_mac(samples::mac(), 1);
    const auto status = read<api::ClusterStatus>(get("/v1/status"));
    EXPECT_EQ(status.server, samples::server());
    EXPECT_EQ(status.now, clock.now());
    ASSERT_EQ(status.blades.size(), 2u);
    EXPECT_EQ(status.blades[0].state, model::BladeState::booting);
    EXPECT_EQ(status.blades[0].age_seconds, 10.0);
    EXPECT_EQ(status.blades[1].state, model::BladeState::unseen);
    EXPECT_EQ(status.alerts.size(), 1u);
}

TEST_F(StatusResourceTest, TellsWhatAChassisSaidAndThatItsBladeIsOff) {
    ASSERT_TRUE(journal.begin_boot(samples::blade(), samples::boot_request(90), samples::at(90)));
    const auto module = *model::ComponentName::parse("s01c1mm");
    ASSERT_TRUE(chassis.follow({module}));
    ASSERT_TRUE(chassis.note_answer(
        {.module = module, .bays = {{.bay = 1, .blade = samples::blade(), .power = "off"}}},
        samples::at(95)));
    const auto status = read<api::ClusterStatus>(get("/v1/status"));
    EXPECT_EQ(status.blades[0].state, model::BladeState::off);
    EXPECT_EQ(status.blades[1].state, model::BladeState::unseen);
    ASSERT_EQ(status.chassis.size(), 1u);
    EXPECT_EQ(status.chassis[0].age_seconds, 5.0);
    const auto story = read<api::BladeStory>(get("/v1/blades/" + to_string(samples::blade())));
    EXPECT_EQ(story.status.state, model::BladeState::off);
}

TEST_F(StatusResourceTest, TellsTheDiskOnceItWasLookedAt) {
    EXPECT_EQ(read<api::ClusterStatus>(get("/v1/status")).disk, std::nullopt);
    images.space = {.total = 1000, .free = 900, .committed = 500, .allocated = 50};
    ASSERT_TRUE(disk.look());
    EXPECT_EQ(read<api::ClusterStatus>(get("/v1/status")).disk,
              (api::DiskStatus{database.directory(), "reserved", 1000, 900, 500, 50}));
}

TEST_F(StatusResourceTest, AWatcherIsToldAtOnce) {
    stop_after_part = true;
    const auto response = get("/v1/status?watch=1");
    EXPECT_EQ(response.content_type, "application/x-ndjson");
    EXPECT_TRUE(response.body.ends_with("\n"));
    EXPECT_EQ(read<api::ClusterStatus>(response).blades.size(), 2u);
}

}  // namespace
}  // namespace dim::server
