#include "imageserver/tftp/ipxe_file.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(IpxeFile, IsMissedWithItsCure) {
    const testing::TemporaryDirectory directory;
    const auto provided = provide_ipxe(directory / "boot", directory / "none");
    ASSERT_FALSE(provided);
    EXPECT_TRUE(provided.error().cure().contains("apt-get install ipxe"));
}

TEST(IpxeFile, IsTheOneOfThePackageAndFollowsIt) {
    const testing::TemporaryDirectory directory;
    for (const char* bytes : {"first", "second"}) {
        ASSERT_TRUE(sys::write_file_atomically(directory / "ipxe", bytes));
        ASSERT_TRUE(provide_ipxe(directory / "boot", directory / "ipxe"));
        const std::string path = directory / "boot/undionly.kpxe";
        EXPECT_EQ(sys::read_file(path).value(), bytes);
        const auto before = sys::stat(path).value();
        ASSERT_TRUE(provide_ipxe(directory / "boot", directory / "ipxe"));
        EXPECT_EQ(sys::stat(path).value().inode, before.inode) << "written once";
    }
}

}  // namespace
}  // namespace dim::server
