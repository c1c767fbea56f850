#include "qemu-tests/chassis/event_log.hpp"

#include <gtest/gtest.h>

namespace dim::chassis {
namespace {

TEST(EventLog, KeepsTheLastHundredNewestFirst) {
    EventLog log;
    EXPECT_FALSE(log.line(1));
    for (int number = 0; number < 101; ++number)
        log.add({.severity = "INFO", .bay = 3, .name = "db", .text = std::to_string(number)});
    EXPECT_EQ(log.line(1),
              "Severity:INFO  Source:BLADE_03  Name:db  Date:01/01/70  Time:00:00:00  Text:100");
    EXPECT_TRUE(log.line(100)->ends_with("Text:1"));
    EXPECT_FALSE(log.line(101));
    EXPECT_FALSE(log.line(0));
    log.clear();
    EXPECT_FALSE(log.line(1));
}

}  // namespace
}  // namespace dim::chassis
