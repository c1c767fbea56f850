#include "libdim/model/byte_size.hpp"

#include <gtest/gtest.h>

namespace dim::model {
namespace {

TEST(ByteSize, RefusesWhatIsNoSize) {
    for (const char* text :
         {"", "M", "1.5G", "-1", "1MB", "1 M", "99999999T", "18446744073709551616"})
        EXPECT_FALSE(ByteSize::parse(text)) << text;
}

TEST(ByteSize, UnitsArePowersOf1024) {
    EXPECT_EQ(ByteSize::parse("0"), ByteSize(0));
    EXPECT_EQ(ByteSize::parse("64K"), ByteSize(65536));
    EXPECT_EQ(ByteSize::parse("2T"), ByteSize(std::uint64_t{2} << 40));
    EXPECT_EQ(ByteSize::parse("18446744073709551615")->bytes(), 18446744073709551615U);
}

TEST(ByteSize, IsWrittenForPeople) {
    EXPECT_EQ(to_string(ByteSize(512)), "512 B");
    EXPECT_EQ(to_string(ByteSize(256 << 20)), "256 MiB");
    EXPECT_EQ(to_string(ByteSize(3 << 19)), "1.5 MiB");
    EXPECT_EQ(to_string(ByteSize(~std::uint64_t{0})), "16777215.9 TiB");
}

}  // namespace
}  // namespace dim::model
