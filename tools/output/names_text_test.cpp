#include "tools/output/names_text.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

model::ComponentName name(std::string_view text) {
    return model::ComponentName::parse(text).value();
}

api::NameList list() {
    return {{{name("s01c1b01"),
              name("b1"),
              "blade",
              name("s01"),
              {{"s01c1b01", name("bootnet-s01"), *model::Ipv4Address::parse("10.1.1.11"), {}},
               {"s01c1b01-usr", name("usernet"), *model::Ipv4Address::parse("172.16.0.1"),
                *model::Ipv6Address::parse("fd00::1")}}},
             {name("head"), name("head"), "other", {}, {}}}};
}

TEST(NamesText, OneALine) {
    EXPECT_EQ(names_text({}, NameStyle::coordinate), "");
    EXPECT_EQ(names_text(list(), NameStyle::coordinate), "s01c1b01\nhead\n");
    EXPECT_EQ(names_text(list(), NameStyle::linear), "b1\nhead\n");
}

TEST(NamesText, WhatHasNoAddressIsShownToo) {
    EXPECT_EQ(addresses_text(list(), NameStyle::coordinate),
              "NAME      HOST          NETWORK      ADDRESS     IPV6 ADDRESS\n"
              "s01c1b01  s01c1b01      bootnet-s01  10.1.1.11   -\n"
              "s01c1b01  s01c1b01-usr  usernet      172.16.0.1  fd00::1\n"
              "head      -             -            -           -\n");
}

}  // namespace
}  // namespace dim::tool
