#include "libdim/model/platform_row.hpp"

#include <gtest/gtest.h>

namespace dim::model {
namespace {

TEST(ModuleName, IsAsTheKernelComparesIt) {
    EXPECT_EQ(parse_module_name("octeon-ep").value(), "octeon_ep");
    EXPECT_EQ(parse_module_name("8021q").value(), "8021q");
    for (const char* text : {"", "-r", "igb.ko", "../igb", "a b", "igb\n", "caf\xc3\xa9"})
        EXPECT_EQ(parse_module_name(text).error().code(), ErrorCode::invalid_input) << text;
    EXPECT_FALSE(parse_module_name(std::string(56, 'a')));
}

}  // namespace
}  // namespace dim::model
