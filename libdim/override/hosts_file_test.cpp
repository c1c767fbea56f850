#include "libdim/override/hosts_file.hpp"
#include "libdim/override/own_lines.hpp"

#include <array>

#include <gmock/gmock.h>

namespace dim::overrides {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::array<HostLine, 2> kLines{HostLine{"10.1.0.11", {"s01c1b01.lab", "s01c1b01"}},
                                     HostLine{"10.1.0.1", {"s01"}}};
constexpr std::string_view kMaster = "127.0.0.1\tlocalhost\n127.0.1.1\tgranite\n::1 localhost";

TEST(HostsFile, BeginsWithTheBladesOwn) {
    const std::string made = with_host_lines(kMaster, kLines);
    EXPECT_THAT(made, StartsWith("# DIM begin"));
    EXPECT_THAT(made, HasSubstr("\n10.1.0.11\ts01c1b01.lab s01c1b01\n10.1.0.1\ts01\n# DIM end\n"));
    EXPECT_THAT(made, EndsWith(kMaster));
    EXPECT_EQ(without_own_lines(made), kMaster);
}

TEST(HostsFile, IsChangedWhereItIsDims) {
    std::string made = with_host_lines(kMaster, kLines);
    EXPECT_EQ(with_host_lines(made, kLines), made);
    made += "\n10.2.0.1 added\n";
    const std::array<HostLine, 1> others{HostLine{"10.1.0.99", {"s01c1b01"}}};
    const std::string again = with_host_lines(made, others);
    EXPECT_THAT(again, HasSubstr("10.1.0.99\ts01c1b01\n"));
    EXPECT_THAT(again, Not(HasSubstr("10.1.0.11")));
    EXPECT_THAT(again, EndsWith("10.2.0.1 added\n"));
}

TEST(HostsFile, WhatTheBladeCutOffTakesNothingAlong) {
    std::string cut = with_host_lines(kMaster, kLines);
    cut.erase(cut.find("# DIM end\n"), std::string_view("# DIM end\n").size());
    const std::string left = without_own_lines(cut);
    EXPECT_THAT(left, EndsWith(kMaster));
    EXPECT_THAT(left, Not(HasSubstr("DIM")));
}

}  // namespace
}  // namespace dim::overrides
