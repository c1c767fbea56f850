#include "libdim/cluster/xml/source_values.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

TEST(SourceValues, RefuseWhatTheyAreNot) {
    EXPECT_FALSE(parse_text(""));
    EXPECT_FALSE(parse_text("a\nb"));
    EXPECT_FALSE(parse_text("\xc2\x9b"
                            "2J"));
    EXPECT_FALSE(parse_text(std::string(256, 'a')));
    EXPECT_FALSE(parse_count("-1"));
    EXPECT_FALSE(parse_count("1000000000"));
    EXPECT_FALSE(parse_domain("a.b."));
    EXPECT_FALSE(parse_domain("1.10.in-addr.arpa"));
    EXPECT_FALSE(parse_suffix("-"));
    EXPECT_FALSE(parse_suffix("-a-"));
    EXPECT_FALSE(parse_property_name("group"));
    EXPECT_FALSE(parse_group_name("all"));
    EXPECT_FALSE(parse_option_type("TEXT"));
    for (const char* code : {"0", "1", "28", "50", "59", "61", "82", "255"})
        EXPECT_FALSE(parse_option_code(code)) << code;
    EXPECT_FALSE(check_option_value({6, DhcpOption::Type::address, "10.1.0.1,,10.1.0.2"}));
    EXPECT_FALSE(check_option_value({43, DhcpOption::Type::hex, "abc"}));
    EXPECT_FALSE(check_option_value({43, DhcpOption::Type::text, "\"; option x"}));
}

TEST(SourceValues, TakeWhatTheyAre) {
    EXPECT_EQ(parse_text("é\xc2\xa0"), "é\xc2\xa0");
    EXPECT_EQ(parse_count("007"), 7U);
    EXPECT_EQ(parse_domain("mn.example"), "mn.example");
    EXPECT_EQ(parse_suffix("-usr"), "-usr");
    EXPECT_EQ(parse_property_name("rack_2"), "rack_2");
    EXPECT_EQ(to_string(parse_group_name("gpu-fat").value()), "gpu-fat");
    for (const char* code : {"2", "6", "43", "60", "119", "254"})
        EXPECT_TRUE(parse_option_code(code)) << code;
    EXPECT_TRUE(check_option_value({6, DhcpOption::Type::address, "10.1.0.1,10.1.0.2"}));
    EXPECT_TRUE(check_option_value({43, DhcpOption::Type::hex, "0104C0a8"}));
    EXPECT_TRUE(check_option_value({60, DhcpOption::Type::text, "PXEClient:1"}));
}

}  // namespace
}  // namespace dim::cluster
