#include "libdim/http/byte_range.hpp"

#include <gtest/gtest.h>

namespace dim::http {
namespace {

TEST(ByteRange, WhatIsNotThereCannotBeGiven) {
    for (const char* field :
         {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=9999999999999999999-"})
        EXPECT_FALSE(select_range(field, 100)) << field;
    EXPECT_FALSE(select_range("bytes=0-", 0));
    EXPECT_FALSE(select_range("bytes=-1", 0));
}

TEST(ByteRange, WhatIsNoRangeOfBytesIsIgnored) {
    for (const char* field : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1", "bytes=2-1",
                              "bytes=1-2,4-5", "bytes=+1-2", "bytes=1--2", "lines=1-2",
                              "bytes=18446744073709551616-", "bytes=0x1-2", "bytes 1-2"}) {
        const auto range = select_range(field, 100);
        ASSERT_TRUE(range) << field;
        EXPECT_FALSE(range->has_value()) << field;
    }
}

TEST(ByteRange, IsCutToWhatIsThere) {
    EXPECT_EQ(select_range("bytes=0-0", 100).value(), (ByteRange{0, 1}));
    EXPECT_EQ(select_range("bytes=10-19", 100).value(), (ByteRange{10, 10}));
    EXPECT_EQ(select_range("Bytes= 99- ", 100).value(), (ByteRange{99, 1}));
    EXPECT_EQ(select_range("bytes=50-9999999999999999999", 100).value(), (ByteRange{50, 50}));
    EXPECT_EQ(select_range("bytes=-7", 100).value(), (ByteRange{93, 7}));
    EXPECT_EQ(select_range("bytes=-1000", 100).value(), (ByteRange{0, 100}));
}

TEST(ByteRange, IsToldAsTheRfcHasIt) {
    EXPECT_EQ(content_range({10, 10}, 100), "bytes 10-19/100");
    EXPECT_EQ(unsatisfied_range(100), "bytes */100");
}

}  // namespace
}  // namespace dim::http
