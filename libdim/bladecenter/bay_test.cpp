#include "libdim/bladecenter/bay.hpp"

#include <gtest/gtest.h>

namespace dim::bladecenter {
namespace {

std::string bays(std::string_view text) {
    std::string joined;
    for (const Bay bay : parse_bays(text).value())
        joined += to_string(bay) + ' ';
    return joined;
}

TEST(Bay, RefusesWhatNoChassisHas) {
    for (const char* text :
         {"", "0", "15", "-1", "a", "1,", ",1", "1-", "4-1", "1,1", "1-3,2", "1-15"})
        EXPECT_FALSE(parse_bays(text)) << text;
}

TEST(Bay, ListsAndSpansKeepTheirOrder) {
    EXPECT_EQ(bays("3"), "3 ");
    EXPECT_EQ(bays("14,1"), "14 1 ");
    EXPECT_EQ(bays("9,1-3"), "9 1 2 3 ");
    EXPECT_EQ(Bay::all().size(), 14U);
}

}  // namespace
}  // namespace dim::bladecenter
