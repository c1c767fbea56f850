#include "imageserver/boot/test_database.hpp"
#include "imageserver/daemon/override_renewal.hpp"
#include "imageserver/override/overrides_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::value_of;

class RenewedOverrides : public testing::OverridesTest {
protected:
    RenewedOverrides() {
        put("cluster/etc/motd", "first {name}\n");
        import();
        create("s01c1b01");
        create("s01c1b02");
        put_in_force();
    }
    void put_in_force() {
        const auto number =
            value_of(revisions.add({.xml = "<cluster/>", .origin = "test", .blades = 2},
                                   ClusterRevisions::Purpose::pending, clock.now().time));
        value_of(revisions.put_in_force(number));
    }
    OverrideRenewal renewal() {
        return {edits, *store, revisions, renewals.get(), alerts, clock, templates};
    }
    /// As the daemon does at each look; how many blade images were looked at.
    static std::size_t look(OverrideRenewal& renewal) {
        std::size_t count = 0;
        if (!value_of(renewal.begin())) return 0;
        for (; renewal.next(); ++count)
            renewal.write_next();
        static_cast<void>(renewal.finish());
        return count;
    }

    TestDatabase renewals{{kClusterMigration, kOverrideRenewalMigration, kLearnedMacMigration}};
    ClusterRevisions revisions{renewals.get()};
    Alerts alerts = value_of(Alerts::open(renewals.get()));
    BootJournal journal{renewals.get(), clock.now()};
    OverrideEdits edits{*overrides, *store, EditedBlades(roster, journal, clock)};
};

TEST_F(RenewedOverrides, AreWrittenOnceTheirTemplatesHoldStill) {
    OverrideRenewal first = renewal();
    EXPECT_EQ(look(first), 0U);
    EXPECT_EQ(look(first), 2U) << "nobody knows of what they were written";
    EXPECT_EQ(look(first), 0U);

    put("cluster/etc/motd", "second {name}\n");
    EXPECT_EQ(look(first), 0U) << "somebody may still write it";
    put("cluster/etc/motd", "third {name}\n");
    EXPECT_EQ(look(first), 0U);
    EXPECT_EQ(read("s01c1b01", "etc/motd"), "first s01c1b01\n");
    EXPECT_EQ(look(first), 2U);
    EXPECT_EQ(read("s01c1b01", "etc/motd"), "third s01c1b01\n");
    EXPECT_EQ(read("s01c1b02", "etc/motd"), "third s01c1b02\n");
    EXPECT_THAT(value_of(journal.story(blade_name("s01c1b02"))).back().text,
                HasSubstr("1 file of blade image granite written anew"));
    EXPECT_EQ(look(first), 0U);

    // The next daemon knows; and a new definition counts like a template, and so do other MACs.
    OverrideRenewal second = renewal();
    EXPECT_EQ(look(second) + look(second), 0U);
    put_in_force();
    EXPECT_EQ(look(second) + look(second), 2U);
    value_of(LearnedMacs(renewals.get()).replace({}));
    EXPECT_EQ(look(second) + look(second), 2U);
    value_of(sys::unlink(templates + "/cluster/etc/motd"));
    EXPECT_EQ(look(second) + look(second), 2U);
}

TEST_F(RenewedOverrides, AreWrittenIntoWhatComesFromTheTrash) {
    OverrideRenewal renewed = renewal();
    look(renewed);
    look(renewed);
    value_of(store->delete_blade_image(blade_name("s01c1b01"), granite));
    put("cluster/etc/motd", "second {name}\n");
    EXPECT_EQ(look(renewed) + look(renewed), 1U);
    for (int i = 0; i < OverrideRenewal::kLooksForNew; ++i)
        EXPECT_EQ(look(renewed), 0U);
    value_of(store->restore_blade_image(blade_name("s01c1b01"), granite));
    EXPECT_EQ(read("s01c1b01", "etc/motd"), "first s01c1b01\n");
    std::size_t came = 0;
    for (int i = 0; i < OverrideRenewal::kLooksForNew; ++i)
        came += look(renewed);
    EXPECT_EQ(came, 1U);
    EXPECT_EQ(read("s01c1b01", "etc/motd"), "second s01c1b01\n");
}

TEST_F(RenewedOverrides, KeepWhatTheBladeChanged) {
    testing::write(root_of("s01c1b01") + "etc/motd", "the blade's\n");
    put("cluster/etc/motd", "second {name}\n");
    OverrideRenewal renewed = renewal();
    EXPECT_EQ(look(renewed) + look(renewed), 2U);
    EXPECT_EQ(read("s01c1b01", "etc/motd"), "the blade's\n");
    EXPECT_EQ(read("s01c1b02", "etc/motd"), "second s01c1b02\n");
}

TEST_F(RenewedOverrides, AProblemIsToldUntilItIsMended) {
    put("blade/s01c1b01/etc/issue", "{nmae}\n");
    OverrideRenewal renewed = renewal();
    EXPECT_EQ(look(renewed) + look(renewed), 2U);
    ASSERT_EQ(alerts.alerts().size(), 1U);
    EXPECT_THAT(alerts.alerts()[0].text, HasSubstr("blade/s01c1b01/etc/issue, line 1"));
    std::size_t again = 0;
    for (int i = 0; i < OverrideRenewal::kRetries; ++i)
        again += look(renewed);
    EXPECT_EQ(again, 1U) << "what failed is tried again, not at each look";
    put("blade/s01c1b01/etc/issue", "{name}\n");
    EXPECT_EQ(look(renewed) + look(renewed), 2U) << "what was changed is tried soon";
    EXPECT_THAT(alerts.alerts(), IsEmpty());
    EXPECT_EQ(read("s01c1b01", "etc/issue"), "s01c1b01\n");
}

}  // namespace
}  // namespace dim::server
