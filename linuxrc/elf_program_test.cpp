#include "linuxrc/elf_fixture.hpp"
#include "linuxrc/elf_program.hpp"

#include <gtest/gtest.h>

namespace dim::linuxrc {
namespace {

Result<void> is_for_ppc64(std::string_view file) {
    return check_static_program(file, model::Architecture::ppc64);
}

TEST(ElfProgram, MustBeOneForTheBlade) {
    EXPECT_FALSE(is_for_ppc64(""));
    EXPECT_FALSE(is_for_ppc64("#!/bin/sh\n"));
    const std::string good = testing::static_program();
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(is_for_ppc64(std::string_view(good).substr(0, size))) << size;
    // 32 bit, little-endian, shared object, x86-64, a dynamic loader.
    for (const auto& [place, value] :
         {std::pair<std::size_t, char>{4, 1}, {5, 1}, {17, 3}, {19, 62}, {67, 3}}) {
        std::string bad = good;
        bad[place] = value;
        EXPECT_FALSE(is_for_ppc64(bad)) << place;
    }
    // Program headers far outside, and more than there are.
    std::string bad = good;
    bad[32] = '\x7f';
    EXPECT_FALSE(is_for_ppc64(bad));
    bad = good;
    bad[56] = '\xff';
    EXPECT_FALSE(is_for_ppc64(bad));
}

TEST(ElfProgram, PassesAStaticOneOfItsArchitectureAlone) {
    EXPECT_TRUE(is_for_ppc64(testing::static_program()));
    std::string little = testing::static_x86_64_program();
    EXPECT_TRUE(check_static_program(little, model::Architecture::x86_64));
    for (const auto other :
         {model::Architecture::ppc64, model::Architecture::ppc64le, model::Architecture::aarch64})
        EXPECT_FALSE(check_static_program(little, other)) << to_string(other);
    little[64] = '\3';  // PT_INTERP
    EXPECT_FALSE(check_static_program(little, model::Architecture::x86_64));
}

}  // namespace
}  // namespace dim::linuxrc
