#include "libdim/bladecenter/module_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::bladecenter {
namespace {

std::string macs(std::string_view text) {
    std::string joined;
    for (const auto& address : parse_mac_text(text).value())
        joined += to_string(address) + ' ';
    return joined;
}

TEST(ModuleText, WhatIsNoMacAddressIsAnErrorAndNoGuess) {
    for (const char* text :
         {"", "not available", "00:0d:60:1e:81", "00:0d:60:1e:81:1a:00", "000d601e811a",
          "00:0d:60:1e:81:1a -> ", "-> 00:0d:60:1e:81:1a", "00:0d:60:1e:81:1b -> 00:0d:60:1e:81:1a",
          "00:0d:60:1e:81:00 -> 00:0d:60:1e:81:10", "00:00:00:00:00:00", "01:0d:60:1e:81:1a",
          "00:0d:60:1e:81:1a -> 00:0d:60:1e:81:1b -> 00:0d:60:1e:81:1c"})
        EXPECT_FALSE(parse_mac_text(text)) << text;
    EXPECT_EQ(parse_mac_text("N/A\x01").error().message(),
              "the management module says 'N/A?', which is no MAC address");
}

TEST(ModuleText, MacAddressesInEitherCaseAndSpans) {
    EXPECT_EQ(macs("00:0d:60:1e:81:1a"), "00:0d:60:1e:81:1a ");
    EXPECT_EQ(macs(" 00:0D:60:1E:81:1A "), "00:0d:60:1e:81:1a ");
    EXPECT_EQ(macs("00:0D:60:1E:81:FF -> 00:0D:60:1E:82:00"),
              "00:0d:60:1e:81:ff 00:0d:60:1e:82:00 ");
    EXPECT_EQ(macs("Not Available"), "");
    EXPECT_EQ(macs("Not Installed"), "");
}

TEST(ModuleText, MapsOfBays) {
    for (const char* text : {"", "2", "1 0", "101010101010101"})
        EXPECT_FALSE(parse_bay_map(text)) << text;
    EXPECT_THAT(parse_bay_map("1011").value(), ::testing::ElementsAre(true, false, true, true));
}

TEST(ModuleText, TemperaturesAndSpeeds) {
    for (const char* text : {"", "26.00", "26.00 Fahrenheit", "x Centigrade", "1e9 Centigrade",
                             "nan Centigrade", "999 Centigrade"})
        EXPECT_FALSE(parse_temperature(text)) << text;
    EXPECT_EQ(parse_temperature("26.50 Centigrade").value(), 26.5);
    EXPECT_EQ(parse_temperature("-3.00 Centigrade").value(), -3.0);
    EXPECT_EQ(parse_temperature("Not Available").value(), std::nullopt);
    for (const char* text : {"", "46%", "146% of maximum", "% of maximum", "-1% of maximum"})
        EXPECT_FALSE(parse_blower_speed(text)) << text;
    EXPECT_EQ(parse_blower_speed("    46% of maximum").value(), 46);
    EXPECT_EQ(parse_blower_speed("Not Installed").value(), std::nullopt);
}

TEST(ModuleText, ProductData) {
    EXPECT_EQ(product_text(" 8842 "), "8842");
    EXPECT_EQ(product_text("Not Installed"), "");
    EXPECT_EQ(product_text("(No name)"), "");
    EXPECT_EQ(product_text("a\nb"), "a?b");
}

TEST(ModuleText, Uuids) {
    for (const char* text :
         {"", "8EE0", "8EE0 8B80 1C02 11B2 8000 F0C3 B9E6 000G",
          "8EE0 8B80 1C02 11B2 8000 F0C3 B9E6 01", "8EE0 8B80 1C02 11B2 8000 F0C3 B9E6 0001 0002"})
        EXPECT_FALSE(parse_uuid(text)) << text;
    EXPECT_EQ(parse_uuid("8EE0 8B80 1C02 11B2 8000 F0C3 B9E6 0001 ").value(),
              "8ee08b80-1c02-11b2-8000-f0c3b9e60001");
    EXPECT_EQ(parse_uuid("Not Installed").value(), std::nullopt);
}

}  // namespace
}  // namespace dim::bladecenter
