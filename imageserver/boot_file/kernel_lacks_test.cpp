#include "imageserver/boot_file/kernel_lacks.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(KernelLacks, AreToldWithTheCure) {
    EXPECT_THAT(lines_of({}), IsEmpty());
    EXPECT_THAT(lines_of({.firmware = {{"bnx2", {.first = "bnx2/mips.fw", .count = 5}},
                                       {"ice", {.first = "intel/ice.pkg", .count = 1}}}}),
                ElementsAre(AllOf(StartsWith("firmware that the image does not have: for bnx2 "
                                             "(bnx2/mips.fw and 4 more), ice (intel/ice.pkg); "),
                                  HasSubstr("firmware-bnx2,"), HasSubstr("'dim image update'"))));
    EXPECT_THAT(lines_of({.has_port_driver = false}), ElementsAre(HasSubstr("--driver")));
}

TEST(KernelLacks, OfHostileModulesAreFewAndPrintable) {
    KernelLacks lacks;
    for (int number = 0; number < 5000; ++number)
        lacks.firmware[std::string(4000, 'd') + std::to_string(number)] = {
            .first = "\x1b[2J" + std::string(4000, 'f'), .count = 9999};
    const auto lines = lines_of(lacks);
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_LT(lines.front().size(), 3000U);
    EXPECT_THAT(lines.front(), HasSubstr(" and 4992 more drivers; "));
    EXPECT_THAT(lines.front(), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace dim::server
