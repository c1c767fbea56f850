#include "imageserver/blade/disk_watch.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/image/fake_images.hpp"
#include "imageserver/state/fake_wall_clock.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30;

class DiskWatchTest : public ::testing::Test {
protected:
    void look(std::chrono::microseconds since_boot, std::uint64_t free) {
        clock.time.uptime_us = since_boot.count();
        images.space = {.total = 100 * kGibibyte,
                        .free = free,
                        .committed = 50 * kGibibyte,
                        .allocated = 5 * kGibibyte};
        const auto looked = watch.look();
        EXPECT_TRUE(looked) << to_string(looked.error());
    }
    std::vector<std::string> alert_texts() const {
        std::vector<std::string> texts;
        for (const api::Alert& alert : alerts.alerts())
            texts.push_back(alert.kind + ": " + alert.text);
        return texts;
    }

    TestDatabase database;
    FakeImages images;
    FakeWallClock clock{samples::at(100)};
    Alerts alerts = Alerts::open(database.get()).value();
    DiskWatch watch{{"/srv/dim", Provisioning::thin()}, images, database.get(), alerts, clock};
};

using Texts = std::vector<std::string>;

TEST_F(DiskWatchTest, ASetClockIsNoRate) {
    look(0s, 50 * kGibibyte);
    clock.jump(-1'000'000s);
    look(30s, 50 * kGibibyte);
    clock.jump(2'000'000s);
    look(60s, 49 * kGibibyte);
    EXPECT_EQ(watch.status()->full_in_seconds, 49 * 60.0);
}

TEST_F(DiskWatchTest, AlertsWhenLittleIsLeftAndNoLongerWhenThereIsRoom) {
    look(0s, kGibibyte);
    EXPECT_EQ(alert_texts(), Texts());
    look(1000s, kGibibyte - 1024 * 1024);
    EXPECT_EQ(alert_texts(), Texts{"disk-space: 1023 MiB of 100 GiB are free"});
    look(2000s, kGibibyte + 1);
    EXPECT_EQ(alert_texts().size(), 1u) << "it does not come and go";
    look(3000s, 2 * kGibibyte);
    EXPECT_EQ(alert_texts(), Texts());
}

TEST_F(DiskWatchTest, AlertsWithTheTimeLeftBeforeLittleIsLeft) {
    look(0s, 50 * kGibibyte);
    look(60s, 48 * kGibibyte);
    EXPECT_EQ(alert_texts(),
              Texts{"disk-space: 48 GiB of 100 GiB are free; at the rate of the last minutes the "
                    "disk is full in 24 min"});
    EXPECT_EQ(watch.status()->full_in_seconds, 24 * 60.0);
    look(20min, 48 * kGibibyte);
    EXPECT_EQ(alert_texts(), Texts()) << "nobody writes any more";
    EXPECT_EQ(watch.status()->full_in_seconds, std::nullopt);
}

TEST_F(DiskWatchTest, TellsTheFigures) {
    EXPECT_EQ(watch.status(), std::nullopt);
    look(0s, 20 * kGibibyte);
    EXPECT_EQ(watch.status(), (api::DiskStatus{"/srv/dim", "thin:200%", 100 * kGibibyte,
                                               20 * kGibibyte, 50 * kGibibyte, 5 * kGibibyte}));
}

TEST_F(DiskWatchTest, AlertsWhenImagesAreNotReservedUntilTheyAre) {
    images.unreserved = {Error(ErrorCode::limit_exceeded, "image granite of blade s01c1b01: full")
                             .with_cure("buy a disk")};
    watch.reserve_blade_images();
    EXPECT_EQ(alert_texts(), Texts{"not-reserved: 1 without their space on the disk; image granite "
                                   "of blade s01c1b01: full"});
    images.unreserved.clear();
    watch.reserve_blade_images();
    EXPECT_EQ(alert_texts(), Texts());
}

TEST_F(DiskWatchTest, KeepsTheDatabasesRoom) {
    look(0s, 50 * kGibibyte);
    EXPECT_GE(std::filesystem::file_size(database.directory() + "/dim.db"), Database::kRoom);
}

}  // namespace
}  // namespace dim::server
