#include "imageserver/master/posix_acl.hpp"
#include "libdim/base/text.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using Tag = AclLine::Tag;

// What the kernel gave for "setfacl -m u:1000:rw,u:7:r FILE" (getfattr -e hex), mode 0644.
TEST(PosixAcl, IsAsTheKernelHasIt) {
    const std::string value = acl_attribute({{Tag::others, 4, 0},
                                             {Tag::user, 6, 1000},
                                             {Tag::mask, 6, 0},
                                             {Tag::owner, 6, 0},
                                             {Tag::user, 4, 7},
                                             {Tag::owning_group, 4, 0}});
    EXPECT_EQ(to_hex(value), "02000000"
                             "01000600ffffffff"
                             "0200040007000000"
                             "02000600e8030000"
                             "04000400ffffffff"
                             "10000600ffffffff"
                             "20000400ffffffff");
}

}  // namespace
}  // namespace dim::server
