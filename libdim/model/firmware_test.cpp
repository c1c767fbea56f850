#include "libdim/model/firmware.hpp"

#include <set>

#include <gtest/gtest.h>

namespace dim::model {
namespace {

TEST(Firmware, EachNumberIsThatOfOne) {
    std::set<std::uint16_t> numbers;
    for (const Firmware& firmware : firmwares()) {
        EXPECT_TRUE(numbers.insert(firmware.dhcp_architecture).second);
        EXPECT_EQ(find_firmware(firmware.dhcp_architecture), &firmware);
    }
    EXPECT_EQ(find_firmware(6), nullptr) << "UEFI of 32 bits boots nothing of ours";
}

TEST(Firmware, AMachineMayHaveSeveral) {
    const auto firmwares = firmwares_of(Architecture::x86_64);
    ASSERT_EQ(firmwares.size(), 4u);
    EXPECT_EQ(firmwares[0].loading, FirmwareLoading::ipxe);
    EXPECT_EQ(firmwares[3].dhcp_architecture, 16);
    EXPECT_EQ(firmwares_of(Architecture::aarch64).size(), 2u);
}

TEST(Firmware, OfTheTableAllAreReachedByTheirArchitecture) {
    std::size_t count = 0;
    for (const Architecture architecture :
         {Architecture::ppc64, Architecture::ppc64le, Architecture::x86_64, Architecture::aarch64})
        count += firmwares_of(architecture).size();
    EXPECT_EQ(count, firmwares().size());
}

TEST(Firmware, OpenFirmwareSaysNothing) {
    EXPECT_TRUE(firmwares_of(Architecture::ppc64).empty());
    EXPECT_TRUE(firmwares_of(Architecture::ppc64le).empty());
}

}  // namespace
}  // namespace dim::model
