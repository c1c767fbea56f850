#include "libdim/snmp/agent_address.hpp"

#include <gtest/gtest.h>

namespace dim::snmp {
namespace {

TEST(AgentAddress, RefusesWhatIsNone) {
    for (const char* text : {"", "mm1", "10.2.0.1:", "10.2.0.1:0", "10.2.0.1:65536",
                             "10.2.0.1:snmp", "10.2.0", ":161", "udp:10.2.0.1"})
        EXPECT_FALSE(AgentAddress::parse(text)) << text;
}

TEST(AgentAddress, HasTheStandardPortUnlessNamed) {
    EXPECT_EQ(to_string(AgentAddress::parse("10.2.0.1").value()), "10.2.0.1:161");
    EXPECT_EQ(to_string(AgentAddress::parse("127.0.0.1:1161").value()), "127.0.0.1:1161");
}

}  // namespace
}  // namespace dim::snmp
