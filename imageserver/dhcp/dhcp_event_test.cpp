#include "imageserver/dhcp/dhcp_event.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

/// People read the words in a blade's story, and programs in its JSON.
TEST(DhcpEvent, EachKindHasItsWord) {
    EXPECT_EQ(to_string(DhcpEventKind::discover), "discover");
    EXPECT_EQ(to_string(DhcpEventKind::offer), "offer");
    EXPECT_EQ(to_string(DhcpEventKind::request), "request");
    EXPECT_EQ(to_string(DhcpEventKind::acknowledge), "acknowledge");
    EXPECT_EQ(to_string(DhcpEventKind::refuse), "refuse");
    EXPECT_EQ(to_string(DhcpEventKind::unknown_mac), "unknown-mac");
    EXPECT_EQ(to_string(DhcpEventKind::wrong_firmware), "wrong-firmware");
}

}  // namespace
}  // namespace dim::server
