#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/daemon/upkeep.hpp"
#include "imageserver/image/fake_images.hpp"
#include "imageserver/state/fake_wall_clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/testing/failing_writes.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::at;

class UpkeepTest : public ::testing::Test {
protected:
    Identity open_identity() {
        return Identity::open(random,
                              {.directory = database.directory() + "/identity",
                               .cluster = "demo",
                               .server = samples::blade(),
                               .addresses = {samples::address()}},
                              at(0).time.microseconds() / 1'000'000)
            .value();
    }
    /// COUNT seconds; what was due in them.
    int certificates_in(int count) {
        int renewed = 0;
        for (int i = 0; i < count; ++i)
            renewed += upkeep.tick().new_certificate ? 1 : 0;
        return renewed;
    }

    TestDatabase database{{kChassisMigration}};
    tls::Random random = tls::Random::create().value();
    Identity identity = open_identity();
    FakeWallClock clock{at(100)};
    BootJournal journal{database.get(), at(0)};
    Alerts alerts = Alerts::open(database.get()).value();
    Roster roster = samples::roster();
    Neighbours neighbours{"nosuchif", roster, alerts, clock};
    FakeImages images;
    DiskWatch disk{{"/srv/dim", Provisioning::reserved()}, images, database.get(), alerts, clock};
    ChassisKnowledge chassis{database.get()};
    Upkeep upkeep{journal, alerts, identity, neighbours, disk, chassis, clock};

    /// Without the one about the neighbours of an interface that is not there.
    std::vector<api::Alert> other_alerts() const {
        auto all = alerts.alerts();
        std::erase_if(all, [](const api::Alert& alert) { return alert.kind == "neighbours"; });
        return all;
    }
};

TEST_F(UpkeepTest, FindsABladeThatWentSilent) {
    ASSERT_TRUE(journal.begin_boot(samples::blade(), samples::boot_request(90), at(90)));
    upkeep.tick();
    EXPECT_FALSE(journal.newest_boot(samples::blade()).value()->lost);
    clock.time = at(1000);
    upkeep.tick();
    EXPECT_TRUE(journal.newest_boot(samples::blade()).value()->lost);
}

TEST_F(UpkeepTest, TellsOfNoLossWhereABladeHasNoPower) {
    ASSERT_TRUE(journal.begin_boot(samples::blade(), samples::boot_request(90), at(90)));
    const auto module = model::ComponentName::parse("is01mm").value();
    ASSERT_TRUE(chassis.follow({module}));
    api::ChassisStatus said{.module = module};
    said.bays = {{.bay = 1, .blade = samples::blade(), .power = "off"}};
    ASSERT_TRUE(chassis.note_answer(said, at(900)));
    upkeep.tick();
    clock.time = at(1000);
    upkeep.tick();
    const auto story = journal.story(samples::blade()).value();
    ASSERT_FALSE(story.empty());
    EXPECT_TRUE(story.back().text.starts_with("off:")) << story.back().text;
}

TEST_F(UpkeepTest, StoresAlertsEveryFewSeconds) {
    alerts.note({"tls", "10.1.0.9", "first", ""}, at(99));
    alerts.note({"tls", "10.1.0.9", "second", ""}, at(100));
    const auto stored = [&] {
        const auto all = Alerts::open(database.get()).value().alerts();
        return std::ranges::find(all, "tls", &api::Alert::kind)->text;
    };
    EXPECT_EQ(stored(), "first") << "the first sight of it is stored at once";
    for (int i = 0; i < 5; ++i)
        upkeep.tick();
    EXPECT_EQ(stored(), "second");
}

TEST_F(UpkeepTest, RenewsACertificateThatGrowsOldWithinAMinute) {
    EXPECT_EQ(certificates_in(60), 0);
    clock.jump(std::chrono::seconds(Identity::kServerSeconds - Identity::kRenewSeconds + 60));
    EXPECT_EQ(certificates_in(60), 1);
    EXPECT_EQ(certificates_in(60), 0);
}

TEST_F(UpkeepTest, MendsTheCertificateOfADaemonThatStartedWithAWrongClock) {
    constexpr std::chrono::hours kYears(24 * 365 * 30);
    const auto expect_good = [&] {
        const std::int64_t now = clock.now().time.microseconds() / 1'000'000;
        EXPECT_LE(identity.describe()->server.not_before, now);
        EXPECT_GT(identity.describe()->server.not_after, now + Identity::kRenewSeconds);
        EXPECT_LE(identity.describe()->server.not_after, now + Identity::kServerSeconds);
    };
    clock.jump(kYears);
    EXPECT_EQ(certificates_in(60), 1) << "what it has is of no use there";
    clock.jump(-kYears);
    EXPECT_EQ(certificates_in(60), 1);
    expect_good();
    clock.jump(-kYears);
    (void)certificates_in(60);
    clock.jump(kYears);
    (void)certificates_in(60);
    expect_good();
}

TEST_F(UpkeepTest, TellsOfARenewalThatFailsUntilItWorks) {
    const auto kinds = [&] {
        std::vector<std::string> list;
        for (const api::Alert& alert : other_alerts())
            list.push_back(alert.kind);
        return list;
    };
    const std::string directory = database.directory() + "/identity";
    ASSERT_TRUE(sys::rename(directory, directory + ".away"));
    clock.jump(std::chrono::seconds(Identity::kServerSeconds));
    EXPECT_EQ(certificates_in(60), 0);
    EXPECT_EQ(kinds(), std::vector<std::string>{"certificate"});
    ASSERT_TRUE(sys::rename(directory + ".away", directory));
    EXPECT_EQ(certificates_in(60), 1);
    EXPECT_EQ(kinds(), std::vector<std::string>{});
}

TEST_F(UpkeepTest, TellsThatTheAuthorityExpiresAYearAhead) {
    constexpr std::chrono::seconds kWarning(Identity::kAuthoritySeconds -
                                            Upkeep::kAuthorityWarning);
    clock.jump(kWarning - std::chrono::hours(24));
    (void)certificates_in(60);
    EXPECT_TRUE(other_alerts().empty());
    clock.jump(std::chrono::hours(48));
    (void)certificates_in(60);
    ASSERT_EQ(other_alerts().size(), 1U);
    EXPECT_EQ(other_alerts()[0].kind, "authority");
    EXPECT_NE(other_alerts()[0].text.find("expires on 2046-"), std::string::npos)
        << other_alerts()[0].text;
    EXPECT_NE(other_alerts()[0].cure->find("dim ca rotate"), std::string::npos);
    const std::int64_t now = clock.now().time.microseconds() / 1'000'000;
    ASSERT_TRUE(identity.begin_rotation(now));
    (void)certificates_in(60);
    EXPECT_EQ(other_alerts().size(), 1U) << "the old one is still the one in force";
    ASSERT_TRUE(identity.finish_rotation(now));
    EXPECT_EQ(certificates_in(60), 1);
    EXPECT_TRUE(other_alerts().empty());
}

TEST_F(UpkeepTest, FindsASilentBladeWhereverTheClockJumps) {
    constexpr std::chrono::hours kYears(24 * 365 * 5);
    for (const std::chrono::seconds jump : {kYears, -kYears}) {
        clock.pass(std::chrono::seconds(1000));
        const auto boot =
            journal.begin_boot(samples::blade(), samples::boot_request(90), clock.now());
        ASSERT_TRUE(boot);
        clock.jump(jump);
        upkeep.tick();
        EXPECT_FALSE(journal.newest_boot(samples::blade()).value()->lost) << "it spoke just now";
        clock.pass(std::chrono::seconds(61));
        upkeep.tick();
        EXPECT_TRUE(journal.newest_boot(samples::blade()).value()->lost) << "silent for a minute";
    }
}

TEST_F(UpkeepTest, KeepsTheTableOfNeighbours) {
    upkeep.tick();
    ASSERT_EQ(alerts.alerts().size(), 1u) << "at once";
    EXPECT_EQ(alerts.alerts().front().kind, "neighbours");
    for (int i = 0; i < 9; ++i)
        upkeep.tick();
    EXPECT_EQ(alerts.alerts().front().count, 2u) << "and every ten seconds";
    ASSERT_TRUE(roster.replace(samples::definition()));
    upkeep.tick();
    EXPECT_EQ(alerts.alerts().front().count, 3u) << "and when the roster is another one";
}

TEST_F(UpkeepTest, TellsThatTheStateCannotBeWrittenUntilItCan) {
    const auto texts = [&] {
        std::vector<std::string> all;
        for (const api::Alert& alert : other_alerts())
            all.push_back(alert.kind + ": " + alert.text);
        return all;
    };
    {
        const dim::testing::FailingWrites failing(database.directory(), ENOSPC);
        ASSERT_TRUE(journal.begin_boot(samples::blade(), samples::boot_request(99), at(99)));
        for (int i = 0; i < 7; ++i)
            upkeep.tick();
        EXPECT_EQ(texts(), (std::vector<std::string>{
                               "state-unwritable: database: database or disk is full; boots that "
                               "are only in memory: 1"}));
    }
    for (int i = 0; i < 5; ++i)
        upkeep.tick();
    EXPECT_TRUE(texts().empty());
    database.reopen();
    EXPECT_TRUE(BootJournal(database.get(), at(101)).newest_boot(samples::blade()).value());
}

TEST_F(UpkeepTest, LooksAtTheDiskAtOnceAndReservesEveryTenMinutes) {
    EXPECT_TRUE(upkeep.tick().reserve_blade_images);
    EXPECT_TRUE(disk.status());
    int due = 0;
    for (int i = 0; i < 20 * 60; ++i)
        due += upkeep.tick().reserve_blade_images ? 1 : 0;
    EXPECT_EQ(due, 2);
}

TEST_F(UpkeepTest, CollectsTheTrashAtOnceAndEveryTenMinutes) {
    EXPECT_TRUE(upkeep.tick().collect_trash);
    int due = 0;
    for (int i = 0; i < 20 * 60; ++i)
        due += upkeep.tick().collect_trash ? 1 : 0;
    EXPECT_EQ(due, 2);
}

TEST_F(UpkeepTest, ChecksBladeImagesEveryTenMinutesButNotAtOnce) {
    EXPECT_FALSE(upkeep.tick().check_blade_images);
    int due = 0;
    for (int i = 0; i < 20 * 60; ++i)
        due += upkeep.tick().check_blade_images ? 1 : 0;
    EXPECT_EQ(due, 2);
}

TEST_F(UpkeepTest, CollectsBootFilesEveryTenMinutes) {
    int due = 0;
    for (int i = 0; i < 20 * 60; ++i)
        due += upkeep.tick().collect_boot_files ? 1 : 0;
    EXPECT_EQ(due, 2);
}

}  // namespace
}  // namespace dim::server
