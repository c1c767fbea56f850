#include "imageserver/master/account_numbers.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(AccountNumbers, PassesOverWhatIsNone) {
    const AccountNumbers accounts = AccountNumbers::parse(
        "root:x:0:0:root:/root:/bin/sh\n\n# x\n:x:5\nbad:x:-1\nlarge:x:4294967296\nshort:x\n"
        "joe:x:1000:1000::/:\njoe:x:7:\nlast:x:9");
    EXPECT_EQ(accounts.number_of("root"), 0U);
    EXPECT_EQ(accounts.number_of("joe"), 1000U);
    EXPECT_EQ(accounts.number_of("last"), 9U);
    for (const char* name : {"", "bad", "large", "short", "# x", "nobody"})
        EXPECT_FALSE(accounts.number_of(name)) << name;
}

TEST(AccountNumbers, AreGivenToTheLinesOfAnAcl) {
    using Tag = AclLine::Tag;
    std::vector<AclLine> lines{{Tag::owner, 6, 0},
                               {Tag::user, 6, 0, "joe"},
                               {Tag::group, 4, 0, "joe"},
                               {Tag::user, 4, 12}};
    EXPECT_EQ(resolve_names(lines, AccountNumbers::parse("joe:x:1000"), AccountNumbers()), 1U);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[1].id, 1000U);
    EXPECT_EQ(lines[2].id, 12U);
}

}  // namespace
}  // namespace dim::server
