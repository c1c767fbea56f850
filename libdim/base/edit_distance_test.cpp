#include "libdim/base/edit_distance.hpp"

#include <gtest/gtest.h>

namespace dim {
namespace {

TEST(EditDistance, CountsEveryKindOfSlip) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("", "nfs"), 3U);
    EXPECT_EQ(edit_distance("nfs", ""), 3U);
    EXPECT_EQ(edit_distance("imagee", "image"), 1U);
    EXPECT_EQ(edit_distance("imge", "image"), 1U);
    EXPECT_EQ(edit_distance("imahe", "image"), 1U);
    EXPECT_EQ(edit_distance("iamge", "image"), 1U);
    EXPECT_EQ(edit_distance("NFS", "nfs"), 0U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

}  // namespace
}  // namespace dim
