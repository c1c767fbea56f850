#include "libdim/model/ipv4_endpoint.hpp"

#include <gtest/gtest.h>

namespace dim::model {
namespace {

TEST(Ipv4Endpoint, RefusesWhatIsNone) {
    for (const char* text : {"", "10.0.0", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:65536",
                             "10.0.0.1:7 ", ":7444", "10.0.0.1:1:2", "server:7444"})
        EXPECT_FALSE(Ipv4Endpoint::parse(text, 7444)) << text;
}

TEST(Ipv4Endpoint, HasTheStandardPortUnlessItSaysAnother) {
    EXPECT_EQ(to_string(Ipv4Endpoint::parse("10.0.0.1", 7444).value()), "10.0.0.1:7444");
    EXPECT_EQ(to_string(Ipv4Endpoint::parse("10.0.0.1:80", 7444).value()), "10.0.0.1:80");
}

}  // namespace
}  // namespace dim::model
