#include "libdim/model/mac_address.hpp"

#include <gtest/gtest.h>

namespace dim::model {
namespace {

TEST(MacAddress, RefusesWhatIsNoUnicastAddress) {
    for (const char* text :
         {"", "00:0d:60:1e:ca", "00:0d:60:1e:ca:00:01", "0:d:60:1e:ca:00", "00:0d:60:1e:ca:0g",
          "000d601eca00", "00-0d:60-1e-ca-00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01",
          "00:00:00:00:00:00", "+0:0d:60:1e:ca:00"}) {
        EXPECT_FALSE(MacAddress::parse(text)) << text;
    }
}

TEST(MacAddress, TakesTheUsualSpellings) {
    EXPECT_EQ(to_string(*MacAddress::parse("00:0D:60:1e:CA:00")), "00:0d:60:1e:ca:00");
    EXPECT_EQ(MacAddress::parse("00-0d-60-1e-ca-00"), MacAddress::parse("00:0d:60:1e:ca:00"));
}

}  // namespace
}  // namespace dim::model
