#include "linuxrc/elf_section.hpp"
#include "linuxrc/module_fixture.hpp"

#include <gtest/gtest.h>

namespace dim::linuxrc {
namespace {

TEST(ElfSection, IsFoundByItsWholeName) {
    for (const bool is_big : {false, true}) {
        const std::string file = testing::kernel_module({"license=GPL"}, is_big);
        EXPECT_EQ(elf_section(file, ".modinfo"), std::string_view("license=GPL\0", 12));
        for (const char* name : {".mod", ".modinfo2", ""})
            EXPECT_NE(elf_section(file, name), std::string_view("license=GPL\0", 12)) << name;
        EXPECT_EQ(elf_section(file, ".text").error().code(), ErrorCode::not_found);
    }
}

TEST(ElfSection, IsOfAWholeElfFile) {
    const std::string good = testing::kernel_module({"license=GPL"});
    EXPECT_EQ(elf_section("MZ", ".modinfo").error().code(), ErrorCode::invalid_input);
    EXPECT_FALSE(elf_section(good.substr(0, good.size() - 1), ".modinfo"));
    for (const auto& [place, value] : {std::pair<std::size_t, char>{4, 1}, {47, 1}, {62, 3}}) {
        std::string bad = good;
        bad[place] = value;
        EXPECT_EQ(elf_section(bad, ".modinfo").error().code(), ErrorCode::invalid_input) << place;
    }
}

}  // namespace
}  // namespace dim::linuxrc
