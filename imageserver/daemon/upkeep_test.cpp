#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/daemon/upkeep.hpp"
#include "imageserver/state/fake_wall_clock.hpp"

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
                              at(0).microseconds() / 1'000'000)
            .value();
    }
    /// COUNT seconds; what was due in them.
    int certificates_in(int count) {
        int renewed = 0;
        for (int i = 0; i < count; ++i)
            renewed += upkeep.tick().use_new_certificate ? 1 : 0;
        return renewed;
    }

    TestDatabase database;
    tls::Random random = tls::Random::create().value();
    Identity identity = open_identity();
    FakeWallClock clock{at(100)};
    BootJournal journal{database.get(), at(0)};
    Alerts alerts = Alerts::open(database.get()).value();
    Upkeep upkeep{journal, alerts, identity, clock};
};

TEST_F(UpkeepTest, FindsABladeThatWentSilent) {
    ASSERT_TRUE(journal.begin_boot(samples::blade(), samples::boot_request(90), at(90)));
    upkeep.tick();
    EXPECT_FALSE(journal.newest_boot(samples::blade()).value()->lost);
    clock.time = at(1000);
    upkeep.tick();
    EXPECT_TRUE(journal.newest_boot(samples::blade()).value()->lost);
}

TEST_F(UpkeepTest, StoresAlertsEveryFewSeconds) {
    alerts.note({"tls", "10.1.0.9", "first", ""}, at(99));
    alerts.note({"tls", "10.1.0.9", "second", ""}, at(100));
    const auto stored = [&] { return Alerts::open(database.get()).value().alerts().at(0).text; };
    EXPECT_EQ(stored(), "first") << "the first sight of it is stored at once";
    for (int i = 0; i < 5; ++i)
        upkeep.tick();
    EXPECT_EQ(stored(), "second");
}

TEST_F(UpkeepTest, RenewsACertificateThatGrowsOld) {
    constexpr int kSixHours = 6 * 60 * 60;
    EXPECT_EQ(certificates_in(kSixHours), 0);
    clock.time = at(static_cast<double>(Identity::kServerSeconds - Identity::kRenewSeconds + 60));
    EXPECT_EQ(certificates_in(kSixHours), 1);
}

TEST_F(UpkeepTest, CollectsBootFilesEveryTenMinutes) {
    int due = 0;
    for (int i = 0; i < 20 * 60; ++i)
        due += upkeep.tick().collect_boot_files ? 1 : 0;
    EXPECT_EQ(due, 2);
}

}  // namespace
}  // namespace dim::server
