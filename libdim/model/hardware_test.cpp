#include "libdim/model/hardware.hpp"

#include <gtest/gtest.h>

namespace dim::model {
namespace {

TEST(BladeType, UnknownWordsListTheKnown) {
    EXPECT_EQ(parse_blade_type("hs20").error().message(),
              "'hs20' is not a blade type (there are: js20, js21, x86_64-uefi, x86_64-bios, "
              "pseries, aarch64-uefi)");
    EXPECT_FALSE(parse_architecture("ppc"));
}

TEST(BladeType, RoundTrips) {
    for (const BladeType type :
         {BladeType::js20, BladeType::js21, BladeType::x86_64_uefi, BladeType::x86_64_bios,
          BladeType::pseries, BladeType::aarch64_uefi}) {
        EXPECT_EQ(parse_blade_type(to_string(type)), type);
        EXPECT_EQ(platform_of(type).type, type);
        EXPECT_NE(known_blade_types().find(to_string(type)), std::string::npos);
    }
    EXPECT_EQ(architecture_of(BladeType::js21), Architecture::ppc64);
    EXPECT_EQ(architecture_of(BladeType::x86_64_uefi), Architecture::x86_64);
    EXPECT_EQ(architecture_of(BladeType::x86_64_bios), Architecture::x86_64);
    EXPECT_EQ(architecture_of(BladeType::pseries), Architecture::ppc64le);
    EXPECT_EQ(architecture_of(BladeType::aarch64_uefi), Architecture::aarch64);
    for (const char* text : {"ppc64", "ppc64le", "x86_64", "aarch64"})
        EXPECT_EQ(to_string(*parse_architecture(text)), text);
}

TEST(Platform, IsKnownForWhatBladesCanRun) {
    EXPECT_EQ(platform_of(Architecture::ppc64)->boot_file, BootFileFormat::zimage);
    EXPECT_EQ(platform_of(Architecture::x86_64)->boot_file, BootFileFormat::unified_kernel_image);
    EXPECT_EQ(platform_of(Architecture::ppc64le)->boot_file, BootFileFormat::zimage);
    EXPECT_EQ(platform_of(Architecture::aarch64)->boot_file, BootFileFormat::unified_kernel_image);
}

TEST(Platform, BootsItsDistributionsKernelUnlessNobodyMakesOne) {
    EXPECT_FALSE(boots_distributions_kernel(platform_of(BladeType::js20)));
    EXPECT_FALSE(boots_distributions_kernel(platform_of(BladeType::js21)));
    EXPECT_TRUE(boots_distributions_kernel(platform_of(BladeType::pseries)));
    EXPECT_TRUE(boots_distributions_kernel(platform_of(BladeType::x86_64_uefi)));
}

}  // namespace
}  // namespace dim::model
