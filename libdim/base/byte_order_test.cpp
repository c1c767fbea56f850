#include "libdim/base/byte_order.hpp"

#include <gtest/gtest.h>

namespace dim {
namespace {

TEST(ByteOrder, OfEachSize) {
    constexpr std::string_view kBytes = "\xff\x81\x02\x03\x04\x05\x06\x07\x88";
    EXPECT_EQ(big_endian(kBytes, 1, 1), 0x81U);
    EXPECT_EQ(big_endian(kBytes, 1, 2), 0x8102U);
    EXPECT_EQ(big_endian(kBytes, 1, 8), 0x8102030405060788U);
    EXPECT_EQ(little_endian(kBytes, 1, 2), 0x0281U);
    EXPECT_EQ(little_endian(kBytes, 2, 4), 0x05040302U);
    EXPECT_EQ(little_endian(kBytes, 1, 8), 0x8807060504030281U);
}

}  // namespace
}  // namespace dim
