#include "imageserver/blade/alerts.hpp"
#include "imageserver/boot/boot_limits.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::at;

class AlertsTest : public ::testing::Test {
protected:
    Alerts open() { return Alerts::open(database_.get()).value(); }
    Alerts reopen() {
        database_.reopen();
        return open();
    }
    static Alerts::Sight sight(std::string origin, std::string text = "what") {
        return {"malformed", std::move(origin), std::move(text), "cure"};
    }
    TestDatabase database_;
};

TEST_F(AlertsTest, AFloodOfOriginsIsBounded) {
    Alerts log = open();
    for (std::size_t i = 0; i < 3 * kAlertsPerKind; ++i)
        log.note(sight(std::to_string(i)), at(static_cast<double>(i)));
    EXPECT_EQ(log.alerts().size(), kAlertsPerKind);
    EXPECT_EQ(log.alerts().front().origin, std::to_string(3 * kAlertsPerKind - 1));
    ASSERT_TRUE(log.flush());
    EXPECT_EQ(reopen().alerts().size(), kAlertsPerKind) << "on disk, too";
}

TEST_F(AlertsTest, AFloodEvictsNothingButItsLike) {
    Alerts log = open();
    log.note({"cluster-definition", "cluster.xml", "is wrong", "correct it"}, at(0));
    for (std::size_t i = 0; i < 20 * kAlertsPerKind; ++i)
        log.note(sight(std::to_string(i)), at(1 + static_cast<double>(i)));
    ASSERT_EQ(log.alerts().size(), kAlertsPerKind + 1);
    EXPECT_EQ(log.alerts().back().kind, "cluster-definition");
    ASSERT_TRUE(log.flush());
    EXPECT_EQ(reopen().alerts().size(), kAlertsPerKind + 1) << "on disk, too";
}

TEST_F(AlertsTest, AllKindsTogetherAreBoundedAndTheLargestMakesRoom) {
    Alerts log = open();
    log.note({"small", "only", "what", ""}, at(0));
    for (std::size_t kind = 0; kind <= kAlerts / kAlertsPerKind; ++kind) {
        for (std::size_t i = 0; i < kAlertsPerKind; ++i)
            log.note({"kind " + std::to_string(kind), std::to_string(i), "what", ""}, at(1));
    }
    EXPECT_EQ(log.alerts().size(), kAlerts);
    EXPECT_EQ(log.alerts().back().kind, "small");
}

TEST_F(AlertsTest, WhatWasEvictedAndComesAgainIsStoredOnce) {
    Alerts log = open();
    log.note(sight("first"), at(0));
    for (std::size_t i = 0; i < kAlertsPerKind; ++i)
        log.note(sight(std::to_string(i)), at(1 + static_cast<double>(i)));
    log.note(sight("first", "again"), at(1000));
    ASSERT_TRUE(log.flush());
    const auto kept = reopen().alerts();
    ASSERT_EQ(kept.size(), kAlertsPerKind);
    EXPECT_EQ(kept.front().text, "again");
}

TEST_F(AlertsTest, AClockThatWentBackHidesNoNewAlert) {
    constexpr std::chrono::hours kYears(24 * 365 * 5);
    {
        Alerts log = open();
        for (std::size_t i = 0; i < kAlertsPerKind; ++i)
            log.note(sight(std::to_string(i)), samples::jumped(at(0), kYears));
        ASSERT_TRUE(log.flush());
    }
    Alerts log = reopen();
    log.keep_before(at(10));
    EXPECT_EQ(log.last_seen(), at(10).time) << "the future is nobody's";
    log.note(sight("new"), at(11));
    EXPECT_EQ(log.alerts().front().origin, "new");
    EXPECT_EQ(log.last_seen(), at(11).time);
    log.note(sight("0"), at(12));
    EXPECT_EQ(log.alerts().front().last, at(12).time);
    log.note(sight("newer"), samples::jumped(at(13), -kYears));
    log.note(sight("newest"), samples::jumped(at(14), -kYears));
    EXPECT_EQ(log.alerts().front().origin, "newest");
    EXPECT_EQ(log.alerts().size(), kAlertsPerKind);
}

TEST_F(AlertsTest, TextFromOutsideIsBoundedAndPrintable) {
    Alerts log = open();
    log.note(sight("10.0.0.1", std::string(100'000, '\x1b')), at(1));
    EXPECT_GE(log.alerts().front().text.size(), 100u);
    EXPECT_LE(log.alerts().front().text.size(), 1000u);
    EXPECT_FALSE(log.alerts().front().text.contains('\x1b'));
}

TEST_F(AlertsTest, TheSameAgainIsCounted) {
    Alerts log = open();
    EXPECT_TRUE(log.note(sight("10.0.0.1", "first"), at(1)));
    EXPECT_FALSE(log.note(sight("10.0.0.1", "second"), at(2)));
    EXPECT_TRUE(log.note(sight("10.0.0.2"), at(3)));
    ASSERT_EQ(log.alerts().size(), 2u);
    const api::Alert alert = log.alerts().back();
    EXPECT_EQ(alert.count, 2u);
    EXPECT_EQ(alert.first, at(1));
    EXPECT_EQ(alert.last, at(2));
    EXPECT_EQ(alert.text, "second");
}

TEST_F(AlertsTest, ManyAtOnceAreCountedAndNeverTooMany) {
    Alerts log = open();
    log.note({"unknown-mac", "52:54:00:ff:ff:ff", "asked", "", 1000}, at(1));
    EXPECT_EQ(log.alerts().front().count, 1000u);
    log.note({"unknown-mac", "52:54:00:ff:ff:ff", "asked", "", UINT32_MAX}, at(2));
    EXPECT_EQ(log.alerts().front().count, UINT32_MAX);
}

TEST_F(AlertsTest, AFirstSightSurvivesKill) {
    Alerts log = open();
    log.note(sight("10.0.0.1"), at(1));
    const auto kept = reopen().alerts();
    ASSERT_EQ(kept.size(), 1u);
    EXPECT_EQ(kept.front().cure, "cure");
}

TEST_F(AlertsTest, WhatIsCuredIsForgotten) {
    Alerts log = open();
    log.note(sight("10.0.0.1"), at(1));
    log.note(sight("10.0.0.2"), at(1));
    log.forget("malformed", "10.0.0.1");
    log.forget("malformed", "10.0.0.9");
    ASSERT_EQ(log.alerts().size(), 1u);
    EXPECT_EQ(log.alerts().front().origin, "10.0.0.2");
    ASSERT_TRUE(log.flush());
    EXPECT_EQ(reopen().alerts().size(), 1u);
}

TEST_F(AlertsTest, AFloodIsStoredOnlyWithTheNextFlush) {
    Alerts log = open();
    for (int i = 0; i < 10 * Alerts::kStoresAtOnce; ++i)
        log.note(sight(std::to_string(i)), at(i));
    EXPECT_EQ(Alerts::open(database_.get())->alerts().size(),
              static_cast<std::size_t>(Alerts::kStoresAtOnce));
    ASSERT_TRUE(log.flush());
    EXPECT_EQ(Alerts::open(database_.get())->alerts(), log.alerts());
}

}  // namespace
}  // namespace dim::server
