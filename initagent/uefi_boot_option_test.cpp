#include "initagent/uefi_boot_option.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const auto kPort = *model::MacAddress::parse("52:54:00:01:01:01");
const UefiBootOption kPxe{.description = "UEFI PXEv4 (MAC:525400010101)", .mac = kPort, .vlan = {}};

/// An option with this device path, and PATH_SIZE in its header.
std::string option_with(const std::string& path, std::size_t path_size) {
    return "\x07\0\0\0\x01\0\0\0"s + static_cast<char>(path_size) + "\0x\0\0\0"s + path;
}

std::string mac_node(char type) {
    return "\x03\x0b\x25\0\x52\x54\0\x01\x01\x01"s + std::string(26, '\0') + type;
}

TEST(UefiBootOption, RefusesWhatDoesNotFit) {
    const std::string whole = serialize(kPxe);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(parse_uefi_boot_option(whole.substr(0, size))) << size;
    EXPECT_EQ(parse_uefi_boot_option(std::string(kUefiVariableLimit + 1, '\0')).error().code(),
              ErrorCode::limit_exceeded);
    EXPECT_FALSE(parse_uefi_boot_option(option_with("\x01\x01\x03\0"s, 4)))
        << "shorter than a node";
    EXPECT_FALSE(parse_uefi_boot_option(option_with("\x01\x01\x09\0"s, 4)))
        << "longer than the path";
    EXPECT_FALSE(parse_uefi_boot_current("\x06\0\0\0\x01"s));
    EXPECT_FALSE(parse_uefi_boot_current("\x06\0\0\0\x01\0\0"s));
    EXPECT_FALSE(parse_uefi_boot_current("\x06"s));
}

TEST(UefiBootOption, HasNoPortOfOtherKinds) {
    for (const std::string& path : {""s, "\x7f\xff\x04\0"s + mac_node(1), mac_node(32),
                                    "\x03\x0b\x04\0"s, "\x04\x0b"s + mac_node(1).substr(2)}) {
        const auto option = parse_uefi_boot_option(option_with(path, path.size()));
        ASSERT_TRUE(option) << ::testing::PrintToString(path);
        EXPECT_EQ(option->mac, std::nullopt) << ::testing::PrintToString(path);
    }
}

TEST(UefiBootOption, FindsThePortBehindItsBridges) {
    const std::string path = "\x02\x01\x0c\0\xd0\x41\x03\x0a\0\0\0\0"s + "\x01\x01\x06\0\0\x02"s +
                             mac_node(0) + "\x7f\xff\x04\0"s;
    EXPECT_EQ(parse_uefi_boot_option(option_with(path, path.size()))->mac, kPort);
}

TEST(UefiBootOption, FindsTheVlanBehindThePort) {
    // As edk2 writes it: MAC(525400010101,0x1)/Vlan(30)/IPv4(…).
    const std::string path = mac_node(1) + "\x03\x14\x06\0\x1e\0"s + "\x03\x0c\x1b\0"s +
                             std::string(23, '\0') + "\x7f\xff\x04\0"s;
    const auto option = parse_uefi_boot_option(option_with(path, path.size()));
    EXPECT_EQ(option->mac, kPort);
    EXPECT_EQ(option->vlan, *model::VlanId::parse("30"));
    for (const std::string& node : {"\x03\x14\x06\0\0\0"s, "\x03\x14\x05\0\x1e"s,
                                    "\x03\x14\x06\0\xff\x1f"s, "\x03\x13\x06\0\x1e\0"s})
        EXPECT_EQ(parse_uefi_boot_option(option_with(node, node.size()))->vlan, std::nullopt);
}

TEST(UefiBootOption, SerializesWhatItReadsBack) {
    EXPECT_EQ(parse_uefi_boot_option(serialize(kPxe)), kPxe);
    UefiBootOption tagged = kPxe;
    tagged.vlan = *model::VlanId::parse("4094");
    EXPECT_EQ(parse_uefi_boot_option(serialize(tagged)), tagged);
    EXPECT_EQ(parse_uefi_boot_option("\x07\0\0\0\x01\0\0\0\0\0\x1b\0\xe4\0\0\0"s)->description,
              "??");
}

TEST(UefiBootMac, SaysWhichVariableIsBad) {
    const testing::TemporaryDirectory variables;
    EXPECT_EQ(read_uefi_boot_option(variables.path()).error().code(), ErrorCode::not_found);
    const std::string global = "-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    std::ofstream(variables / ("BootCurrent" + global)) << "\x06\0\0\0\x0b\xa0"s;
    EXPECT_THAT(read_uefi_boot_option(variables.path()).error().message(),
                HasSubstr("BootA00B-8be4"));
    std::ofstream(variables / ("BootA00B" + global)) << "short";
    EXPECT_THAT(read_uefi_boot_option(variables.path()).error().message(),
                StartsWith("BootA00B-8be4"));
    std::ofstream(variables / ("BootA00B" + global)) << serialize(kPxe);
    EXPECT_EQ(read_uefi_boot_option(variables.path())->mac, kPort);
}

}  // namespace
}  // namespace dim::agent
