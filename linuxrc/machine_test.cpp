#include "linuxrc/elf_fixture.hpp"
#include "linuxrc/machine.hpp"
#include "linuxrc/module_fixture.hpp"
#include "linuxrc/pe_fixture.hpp"

#include <gtest/gtest.h>

namespace dim::linuxrc {
namespace {

/// A bzImage without the stub for EFI.
std::string bz_image_with(char protocol, char flags) {
    std::string file(0x240, '\0');
    file.replace(0x202, 4, "HdrS");
    file[0x206] = protocol;
    file[0x207] = 2;
    file[0x236] = flags;
    return file;
}

std::string pe_for(std::uint16_t machine) {
    std::string file = testing::pe_program();
    file[0x84] = static_cast<char>(machine & 0xff);
    file[0x85] = static_cast<char>(machine >> 8);
    return file;
}

TEST(Machine, OfAnElfFileHasWidthAndByteOrder) {
    EXPECT_EQ(machine_of(testing::static_x86_64_program()), "x86_64");
    EXPECT_EQ(machine_of(testing::static_program()), "ppc64");
    EXPECT_EQ(machine_of(testing::static_ppc64le_program()), "ppc64le");
    std::string file = testing::static_x86_64_program();
    file[18] = static_cast<char>(183);
    EXPECT_EQ(machine_of(file), "aarch64");
    file[4] = 1;
    EXPECT_EQ(machine_of(file), "another machine (ELF 183)");
    file[18] = 3;
    EXPECT_EQ(machine_of(file), "i386");
    EXPECT_EQ(machine_of(testing::kernel_module({}, false, 243)), "another machine (ELF 243)");
}

TEST(Machine, OfAPeProgramIsInItsHeader) {
    EXPECT_EQ(machine_of(pe_for(0x8664)), "x86_64");
    EXPECT_EQ(machine_of(pe_for(0xaa64)), "aarch64");
    EXPECT_EQ(machine_of(pe_for(0x014c)), "i386");
    EXPECT_EQ(machine_of(pe_for(0x5064)), "another machine (PE 20580)");
}

TEST(Machine, OfAKernelWithoutAPeHeaderIsInItsOwn) {
    EXPECT_EQ(machine_of(bz_image_with(15, 1)), "x86_64");
    EXPECT_EQ(machine_of("MZ" + bz_image_with(15, 1).substr(2)), "x86_64");
    EXPECT_EQ(machine_of(bz_image_with(15, 0)), "i386");
    EXPECT_EQ(machine_of(bz_image_with(10, 0)), "x86_64") << "it does not tell which";
    std::string arm(64, '\0');
    arm.replace(56, 4, "ARM\x64");
    EXPECT_EQ(machine_of(arm), "aarch64");
}

TEST(Machine, IsNotToldByWhatIsCutOrSomethingElse) {
    for (const char* file : {"", "MZ", "\177ELF", "\x1f\x8b", "kernel 6.1.0-9-amd64"})
        EXPECT_EQ(machine_of(file), "");
    for (const std::string& good :
         {testing::pe_program().substr(0, 0x86), bz_image_with(15, 1).substr(0, 0x238),
          testing::static_program().substr(0, 52)}) {
        EXPECT_NE(machine_of(good), "");
        for (std::size_t size = 0; size < good.size(); ++size)
            EXPECT_EQ(machine_of(std::string_view(good).substr(0, size)), "") << size;
    }
    std::string outside = testing::pe_program();
    for (const std::size_t place : {0x3cU, 0x3dU, 0x3eU, 0x3fU})
        outside[place] = '\xff';
    EXPECT_EQ(machine_of(outside), "");
}

}  // namespace
}  // namespace dim::linuxrc
