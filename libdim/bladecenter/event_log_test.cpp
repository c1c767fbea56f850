#include "libdim/bladecenter/event_log.hpp"

#include <gtest/gtest.h>

namespace dim::bladecenter {
namespace {

TEST(EventLog, WhatIsNoLineIsRefused) {
    for (const char* line : {"", "No entries", "Severity:INFO",
                             "Severity:INFO  Source:A  Name:B  Date:x  Time:y  Text:z",
                             "Severity:INFO  Source:A  Date:11/20/06  Time:13:40:00  Text:z"})
        EXPECT_FALSE(parse_event_log_entry(line)) << line;
}

TEST(EventLog, ALineOfAChassis) {
    const EventLogEntry expected{"INFO", "BLADE_01", "SN#ZJ1R 1", "2006-11-20 13:40:00",
                                 "(s01) Blade powered on.  Text:twice"};
    EXPECT_EQ(
        parse_event_log_entry("Severity:INFO  Source:BLADE_01  Name:SN#ZJ1R 1  Date:11/20/06  "
                              "Time:13:40:00  Text:(s01) Blade powered on.  Text:twice"),
        expected);
}

}  // namespace
}  // namespace dim::bladecenter
