#include "imageserver/blade/standing_alert.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::at;

TEST(StandingAlert, IsThereAsLongAsItsCause) {
    TestDatabase database;
    Alerts alerts = Alerts::open(database.get()).value();
    alerts.note({"authority", "demo", "of a former daemon", ""}, at(0));
    StandingAlert alert(alerts, "authority", "demo");
    EXPECT_FALSE(alert.set(std::nullopt, at(1)));
    EXPECT_TRUE(alerts.alerts().empty());

    const Error problem = Error(ErrorCode::unavailable, "it expires").with_cure("replace it");
    EXPECT_TRUE(alert.set(problem, at(2)));
    EXPECT_FALSE(alert.set(problem, at(3)));
    ASSERT_EQ(alerts.alerts().size(), 1U);
    EXPECT_EQ(alerts.alerts()[0].count, 1U);
    EXPECT_EQ(alerts.alerts()[0].cure, "replace it");
    EXPECT_FALSE(alert.set(problem, at(2 + 3600))) << "an old one, told again";
    EXPECT_EQ(alerts.alerts()[0].count, 2U);
    EXPECT_TRUE(alert.set(Error(ErrorCode::unavailable, "it has expired"), at(3700)));
    EXPECT_EQ(alerts.alerts()[0].text, "it has expired");
    EXPECT_FALSE(alert.set(std::nullopt, at(3800)));
    EXPECT_TRUE(alerts.alerts().empty());
}

}  // namespace
}  // namespace dim::server
