#include "initagent/boot_environment.hpp"
#include "initagent/uefi_boot_option.hpp"
#include "libdim/sys/random.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A tree of files like the kernel's, gone with the test.
class BootEnvironmentTest : public ::testing::Test {
protected:
    BootEnvironmentTest()
        : root_(std::filesystem::temp_directory_path() /
                ("dim-environment-" + *sys::random_hex(8))) {
        std::filesystem::create_directories(root_ / "tree/chosen");
        std::filesystem::create_directories(root_ / "tree/vdevice/l-lan@1");
        std::filesystem::create_directories(root_ / "dmi");
    }
    ~BootEnvironmentTest() override { std::filesystem::remove_all(root_); }

    void write(const std::string& name, const std::string& bytes) {
        std::ofstream(root_ / name, std::ios::binary) << bytes;
    }
    EnvironmentFiles files() const {
        return {root_ / "cmdline", root_ / "tree", root_ / "pnp", root_ / "dmi", root_ / "efivars"};
    }

    std::filesystem::path root_;
};

TEST(Screen, IsAConsoleBesideTheOneForPrograms) {
    EXPECT_TRUE(is_screen_beside_console("tty0 ttyS0\n"));
    EXPECT_TRUE(is_screen_beside_console("ttyS1 tty0 ttyS0\n"));
    EXPECT_FALSE(is_screen_beside_console("tty0\n")) << "it is /dev/console";
    EXPECT_FALSE(is_screen_beside_console("ttyS0 tty0\n")) << "it is /dev/console";
    EXPECT_FALSE(is_screen_beside_console("hvc0\n"));
    EXPECT_FALSE(is_screen_beside_console(""));
}

TEST_F(BootEnvironmentTest, NeedsTheCommandLine) {
    EXPECT_EQ(read_boot_environment(files()).error().code(), ErrorCode::not_found);
}

TEST_F(BootEnvironmentTest, DoesWithoutFirmware) {
    write("cmdline", "quiet\n");
    const auto environment = read_boot_environment(files());
    ASSERT_TRUE(environment);
    EXPECT_EQ(environment->bootp, std::nullopt);
    EXPECT_EQ(environment->boot_path, std::nullopt);
    EXPECT_EQ(environment->kernel_server, std::nullopt);
    EXPECT_EQ(environment->machine.machine, "unknown");
    EXPECT_EQ(environment->machine.serial, std::nullopt);
    EXPECT_GT(environment->machine.memory_bytes, 0U);
    EXPECT_GT(environment->machine.cpus, 0U);
    EXPECT_THAT(environment->warnings, ElementsAre());
}

TEST_F(BootEnvironmentTest, WarnsOfWhatItCannotRead) {
    write("cmdline", "dim.sever=1\n");
    write("tree/chosen/bootp-response", "short");
    write("tree/chosen/bootpath", "../../etc");
    const auto environment = read_boot_environment(files());
    ASSERT_TRUE(environment);
    EXPECT_THAT(environment->warnings,
                ElementsAre(HasSubstr("dim.sever"), HasSubstr("bootp-response is ignored"),
                            HasSubstr("bootpath")));
}

TEST_F(BootEnvironmentTest, ReadsWhatTheFirmwareLeft) {
    BootpReply reply;
    reply.client_address = *model::Ipv4Address::parse("10.1.0.11");
    write("cmdline", "dim.server-name=is01\n");
    write("tree/chosen/bootpreply-packet", std::string(42, 'h') + serialize(reply));
    write("tree/chosen/bootpath", "/vdevice/l-lan@1:10.1.0.1,zImage\0"s);
    write("tree/vdevice/l-lan@1/local-mac-address", "\0\0\x52\x54\0\x01\x02\x03"s);
    write("tree/model", "IBM,8844-AC1\0"s);
    write("tree/system-id", "IBM,0210P\0"s);
    write("pnp", "#PROTO: DHCP\nnameserver 10.1.0.2\nbootserver 10.1.0.1\n");
    const auto environment = read_boot_environment(files());
    ASSERT_TRUE(environment);
    EXPECT_EQ(environment->settings.server_name, "is01");
    EXPECT_EQ(environment->bootp, reply);
    EXPECT_EQ(environment->boot_path->node, "/vdevice/l-lan@1");
    EXPECT_EQ(environment->port_mac, *model::MacAddress::parse("52:54:00:01:02:03"));
    EXPECT_EQ(environment->kernel_server, *model::Ipv4Address::parse("10.1.0.1"));
    EXPECT_EQ(environment->machine.machine, "IBM,8844-AC1");
    EXPECT_EQ(environment->machine.serial, "IBM,0210P");
}

TEST_F(BootEnvironmentTest, ReadsDmiWhereThereIsNoDeviceTree) {
    write("cmdline", "\n");
    write("dmi/product_name", "Standard PC\n");
    write("dmi/product_serial", "\n");
    write("dmi/product_uuid", "1234\x01\n");
    const auto environment = read_boot_environment(files());
    ASSERT_TRUE(environment);
    EXPECT_EQ(environment->machine.machine, "Standard PC");
    EXPECT_EQ(environment->machine.serial, std::nullopt);
    EXPECT_EQ(environment->machine.uuid, "1234?");
}

TEST_F(BootEnvironmentTest, KnowsThePortByUefiUnlessTheBootLoaderTells) {
    const auto port = *model::MacAddress::parse("52:54:00:01:02:03");
    const std::string global = "-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    write("cmdline", "quiet\n");
    std::filesystem::create_directories(root_ / "efivars");
    write("efivars/BootCurrent" + global, "\6\0\0\0\1\0"s);
    write("efivars/Boot0001" + global, serialize(UefiBootOption{"PXE", port, {}}));
    EXPECT_EQ(read_boot_environment(files())->port_mac, port);
    EXPECT_EQ(read_boot_environment(files())->vlan, std::nullopt);
    write("cmdline", "BOOTIF=01-52-54-00-01-02-04\n");
    EXPECT_EQ(read_boot_environment(files())->port_mac,
              *model::MacAddress::parse("52:54:00:01:02:04"));
    write("cmdline", "quiet\n");
    write("efivars/Boot0001" + global, "short");
    const auto environment = read_boot_environment(files());
    EXPECT_EQ(environment->port_mac, std::nullopt);
    EXPECT_THAT(environment->warnings, ElementsAre(HasSubstr("Boot0001")));
}

TEST_F(BootEnvironmentTest, IsOnTheVlanOfTheFirmwareUnlessToldAnother) {
    const auto port = *model::MacAddress::parse("52:54:00:01:02:03");
    const std::string global = "-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    std::filesystem::create_directories(root_ / "efivars");
    write("efivars/BootCurrent" + global, "\6\0\0\0\1\0"s);
    write("efivars/Boot0001" + global,
          serialize(UefiBootOption{"PXE", port, *model::VlanId::parse("30")}));
    write("cmdline", "quiet\n");
    EXPECT_EQ(read_boot_environment(files())->vlan, *model::VlanId::parse("30"));
    write("cmdline", "dim.vlan=31\n");
    EXPECT_EQ(read_boot_environment(files())->vlan, *model::VlanId::parse("31"));
}

TEST_F(BootEnvironmentTest, IsOnTheVlanOfTheFirmwareIfTheBootLoaderTellsTheSamePort) {
    const auto port = *model::MacAddress::parse("52:54:00:01:02:03");
    const auto vlan = *model::VlanId::parse("30");
    const std::string global = "-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    std::filesystem::create_directories(root_ / "efivars");
    write("efivars/BootCurrent" + global, "\6\0\0\0\1\0"s);
    write("efivars/Boot0001" + global, serialize(UefiBootOption{"PXE", port, vlan}));
    write("cmdline", "BOOTIF=01-52-54-00-01-02-04\n");
    EXPECT_EQ(read_boot_environment(files())->vlan, std::nullopt) << "that of another port";
    write("cmdline", "BOOTIF=01-52-54-00-01-02-03\n");
    EXPECT_EQ(read_boot_environment(files())->port_mac, port);
    EXPECT_EQ(read_boot_environment(files())->vlan, vlan);
    write("efivars/Boot0001" + global, serialize(UefiBootOption{"PXE", {}, vlan}));
    write("cmdline", "quiet\n");
    EXPECT_EQ(read_boot_environment(files())->vlan, std::nullopt) << "that of no port";
}

TEST(KernelDhcp, FindsTheBootServer) {
    EXPECT_EQ(parse_kernel_dhcp(""), std::nullopt);
    EXPECT_EQ(parse_kernel_dhcp("bootserver\nbootserver x\nbootserver 0.0.0.0\n"), std::nullopt);
    EXPECT_EQ(parse_kernel_dhcp("#MANUAL\nbootserver 10.1.0.1\n"),
              *model::Ipv4Address::parse("10.1.0.1"));
}

}  // namespace
}  // namespace dim::agent
