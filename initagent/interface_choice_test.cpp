#include "initagent/interface_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

InterfaceCandidate loopback() {
    return {.interface = {.index = 1,
                          .name = "lo",
                          .mac = {},
                          .is_ethernet = false,
                          .is_up = true,
                          .has_carrier = true,
                          .mtu = 65536},
            .device_node = "",
            .address = sys::InterfaceAddress{1, 0x7f000001, 8}};
}

InterfaceCandidate port(int index, std::optional<sys::InterfaceAddress> address = {}) {
    return {.interface = {.index = index,
                          .name = "eth" + std::to_string(index),
                          .mac = {0x52, 0x54, 0, 1, 1, static_cast<std::uint8_t>(index)},
                          .is_ethernet = true,
                          .is_up = false,
                          .has_carrier = false,
                          .mtu = 1500},
            .device_node = "/vdevice/l-lan@" + std::to_string(index),
            .address = address};
}

model::MacAddress mac(int index) {
    return *model::MacAddress::parse("52:54:00:01:01:0" + std::to_string(index));
}

TEST(ChooseInterface, ListsTheCandidatesWhenNoneFits) {
    const std::vector candidates{loopback(), port(2), port(3, sys::InterfaceAddress{3, 1, 24}),
                                 port(4, sys::InterfaceAddress{4, 2, 24})};
    const auto chosen = choose_interface(
        candidates, {.client_mac = mac(9), .device_node = "/x", .device_mac = mac(8)});
    ASSERT_FALSE(chosen);
    EXPECT_EQ(
        chosen.error().message(),
        "no network interface with MAC address 52:54:00:01:01:09 of device /x; there are eth2 "
        "(52:54:00:01:01:02), eth3 (52:54:00:01:01:03, has an address), eth4 "
        "(52:54:00:01:01:04, has an address)");
    EXPECT_THAT(chosen.error().cure(), HasSubstr("driver"));
}

TEST(ChooseInterface, SaysWhatToDoWhenNothingIsKnown) {
    const auto chosen = choose_interface(std::vector{loopback()}, {});
    ASSERT_FALSE(chosen);
    EXPECT_THAT(to_string(chosen.error()), AllOf(HasSubstr("no Ethernet"), HasSubstr("driver")));
}

TEST(ChooseInterface, GoesByTheMacOfTheAnswerFirst) {
    const std::vector candidates{loopback(), port(2), port(3)};
    EXPECT_EQ(*choose_interface(
                  candidates,
                  {.client_mac = mac(3), .device_node = "/vdevice/l-lan@2", .device_mac = mac(2)}),
              port(3));
}

TEST(ChooseInterface, GoesByTheDeviceThen) {
    const std::vector candidates{loopback(), port(2), port(3)};
    EXPECT_EQ(*choose_interface(
                  candidates,
                  {.client_mac = mac(9), .device_node = "/vdevice/l-lan@3", .device_mac = {}}),
              port(3));
    EXPECT_EQ(*choose_interface(candidates,
                                {.client_mac = {}, .device_node = "/x", .device_mac = mac(2)}),
              port(2));
}

TEST(ChooseInterface, TakesTheOnlyOneThatHasAnAddressLast) {
    const auto configured = port(3, sys::InterfaceAddress{3, 1, 24});
    EXPECT_EQ(*choose_interface(std::vector{loopback(), port(2), configured}, {}), configured);
}

}  // namespace
}  // namespace dim::agent
