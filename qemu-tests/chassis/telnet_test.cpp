#include "qemu-tests/chassis/telnet.hpp"

#include <gtest/gtest.h>

namespace dim::chassis {
namespace {

TEST(TelnetReader, RefusesOptionsAndTakesThemOutOfTheText) {
    TelnetReader reader;
    EXPECT_EQ(reader.take("a\xff\xfd\x01"  // do echo: it does
                          "b\xff\xfd\x18"  // do terminal type
                          "c\xff\xfb\x1f"  // will window size
                          "d\xff\xfa\x1f\xff\xff\x01\xff\xf0"
                          "e\xff\xf1"),
              "abcde");
    EXPECT_EQ(reader.take_answers(), "\xff\xfc\x18\xff\xfe\x1f");
    EXPECT_EQ(reader.take_answers(), "");
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(reader.take("\xff\xfd\x18"), "");
    EXPECT_LE(reader.take_answers().size(), 303U);
}

TEST(TelnetReader, AnEndOfALineIsOneReturnHoweverItComes) {
    TelnetReader reader;
    EXPECT_EQ(reader.take("a\r\nb\rc\r"), "a\rb\rc\r");
    EXPECT_EQ(reader.take(std::string_view("\0d\ne\r\0\nf\xff", 9)), "d\ne\rf");
    EXPECT_EQ(reader.take("\xff"), "\xff");
    EXPECT_EQ(telnet_escaped("a\xff"), "a\xff\xff");
}

}  // namespace
}  // namespace dim::chassis
