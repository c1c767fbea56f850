#include "imageserver/boot/test_database.hpp"
#include "imageserver/daemon/blade_image_upkeep.hpp"
#include "imageserver/override/overrides_fixture.hpp"
#include "libdim/sys/clock.hpp"

#include <optional>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::value_of;

constexpr std::uint32_t kDays = 30;
constexpr std::chrono::days kDay{1};

class UpkeptBladeImages : public testing::OverridesTest {
protected:
    UpkeptBladeImages() {
        put("cluster/etc/motd", "first {name}\n");
        import();
        create("s01c1b01");
        create("s01c1b02");
        clock.time.time = value_of(model::Timestamp::from_microseconds(sys::realtime_us()));
        value_of(revisions.put_in_force(
            value_of(revisions.add({.xml = "<cluster/>", .origin = "test", .blades = 2},
                                   ClusterRevisions::Purpose::pending, clock.now().time))));
    }
    /// Until all is done that WORK begins.
    void let(void (BladeImageUpkeep::*work)()) {
        (upkeep.*work)();
        lanes->threads().join();
        lanes.emplace();
    }
    /// How many blade images were examined.
    std::size_t checked() const { return value_of(store->blade_image_checks()).size(); }
    void damage(const std::string& blade) const {
        value_of(store->unmount(blade_name(blade), granite));
        testing::run(
            {"debugfs", "-w", "-R", "set_inode_field /etc/motd links_count 9", blade_file(blade)});
    }

    TestDatabase renewals{{kClusterMigration, kOverrideRenewalMigration, kLearnedMacMigration}};
    ClusterRevisions revisions{renewals.get()};
    Alerts alerts = value_of(Alerts::open(renewals.get()));
    BootJournal journal{renewals.get(), clock.now()};
    OverrideEdits edits{*overrides, *store, EditedBlades(roster, journal, clock)};
    OverrideRenewal renewal{edits, *store, revisions, renewals.get(), alerts, clock, templates};
    std::optional<ImageLanes> lanes{std::in_place};
    BladeImageUpkeep upkeep{renewal, *store, *lanes, alerts, clock, kDays};
};

TEST_F(UpkeptBladeImages, AreGivenWhatChangedInTheirTemplates) {
    for (int look = 0; look < 2; ++look)
        let(&BladeImageUpkeep::renew_overrides);
    put("cluster/etc/motd", "second {name}\n");
    for (int look = 0; look < 2; ++look)
        let(&BladeImageUpkeep::renew_overrides);
    EXPECT_EQ(read("s01c1b01", "etc/motd"), "second s01c1b01\n");
    EXPECT_EQ(read("s01c1b02", "etc/motd"), "second s01c1b02\n");
}

TEST_F(UpkeptBladeImages, AreExaminedWhenTheyAreDue) {
    let(&BladeImageUpkeep::check);
    EXPECT_EQ(checked(), 0U) << "they were written a moment ago";
    clock.pass(kDay);
    let(&BladeImageUpkeep::check);
    EXPECT_EQ(checked(), 2U);
    EXPECT_THAT(alerts.alerts(), IsEmpty());
}

TEST_F(UpkeptBladeImages, OneThatIsDamagedIsAnAlertUntilItIsMended) {
    damage("s01c1b02");
    clock.pass(kDay);
    let(&BladeImageUpkeep::check);
    ASSERT_EQ(alerts.alerts().size(), 1U);
    EXPECT_EQ(alerts.alerts()[0].origin, "s01c1b02 granite");
    EXPECT_THAT(alerts.alerts()[0].text, HasSubstr("granite of blade s01c1b02 is damaged"));
    let(&BladeImageUpkeep::check);
    EXPECT_EQ(alerts.alerts().size(), 1U) << "it still is";
    EXPECT_EQ(
        value_of(store->check_blade_image(blade_name("s01c1b02"), granite, Repair::yes)).result,
        "mended");
    let(&BladeImageUpkeep::check);
    EXPECT_THAT(alerts.alerts(), IsEmpty());
}

TEST_F(UpkeptBladeImages, OneThatCouldNotBeExaminedIsLeftAloneForADay) {
    clock.pass(kDay);
    {
        const sys::Fd in_use = value_of(sys::open(root_of("s01c1b01") + "etc/motd", O_RDONLY));
        let(&BladeImageUpkeep::check);
        EXPECT_EQ(checked(), 1U);
    }
    clock.pass(kDay - std::chrono::hours(1));
    let(&BladeImageUpkeep::check);
    EXPECT_EQ(checked(), 1U);
    clock.pass(std::chrono::hours(2));
    let(&BladeImageUpkeep::check);
    EXPECT_EQ(checked(), 2U);
}

}  // namespace
}  // namespace dim::server
