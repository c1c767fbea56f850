#include "libdim/snmp/object_id.hpp"

#include <gtest/gtest.h>

namespace dim::snmp {
namespace {

TEST(ObjectId, IsBelowItsAncestorsOnly) {
    const ObjectId root{1, 3, 6};
    EXPECT_FALSE(root.is_below(root));
    EXPECT_FALSE(ObjectId({1, 3}).is_below(root));
    EXPECT_FALSE(ObjectId({1, 3, 7, 1}).is_below(root));
    EXPECT_TRUE(root.below({1, 0}).is_below(root));
}

TEST(ObjectId, IsOrderedAsAWalkGoes) {
    EXPECT_LT(ObjectId({1, 3}), ObjectId({1, 3, 0}));
    EXPECT_LT(ObjectId({1, 3, 9}), ObjectId({1, 3, 10}));
    EXPECT_LT(ObjectId({1, 3, 9, 5}), ObjectId({1, 3, 10}));
}

TEST(ObjectId, IsWrittenWithDots) {
    EXPECT_EQ(to_string(ObjectId{1, 3, 4294967295U}), "1.3.4294967295");
    EXPECT_EQ(to_string(ObjectId{}), "");
}

}  // namespace
}  // namespace dim::snmp
