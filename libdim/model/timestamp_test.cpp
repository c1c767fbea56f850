#include "libdim/model/timestamp.hpp"

#include <gtest/gtest.h>

namespace dim::model {
namespace {

TEST(Timestamp, RefusesOtherForms) {
    for (const char* text :
         {"", "2026-11-20", "2026-11-20T13:40:00Z", "2026-13-20T13:40:00.000000Z",
          "2026-02-30T13:40:00.000000Z", "2026-11-20T24:40:00.000000Z",
          "2026-11-20T13:40:00.000000+", "1969-12-31T23:59:59.999999Z"}) {
        EXPECT_FALSE(Timestamp::parse(text)) << text;
    }
    EXPECT_FALSE(Timestamp::from_microseconds(-1));
}

TEST(Timestamp, RoundTrips) {
    for (const char* text : {"1970-01-01T00:00:00.000000Z", "2026-11-20T13:40:00.000250Z",
                             "2024-02-29T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"}) {
        EXPECT_EQ(to_string(*Timestamp::parse(text)), text);
    }
    EXPECT_EQ(Timestamp::parse("2001-09-09T01:46:40.000001Z")->microseconds(),
              1'000'000'000'000'001);
}

}  // namespace
}  // namespace dim::model
