#include "imageserver/blade/next_kernel.hpp"
#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/boot/boot_change.hpp"
#include "libdim/api/admin_samples.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

class NextKernelTest : public ::testing::Test {
protected:
    NextKernelTest() {
        boot.kernel_release = next.kernel = "6.1.0-50-amd64";
        boot.kernel_version = next.kernel_version = "#1 Debian 6.1.162-1";
    }
    BootRecord boot = begin_record(samples::blade(), model::BootStage::kernel, samples::at(1));
    api::BootFile next = api::samples::boot_file();
};

TEST_F(NextKernelTest, ThatRunsIsNoOther) {
    EXPECT_EQ(other_kernel(boot, next), std::nullopt);
    next.kernel_version.reset();
    EXPECT_EQ(other_kernel(boot, next), std::nullopt) << "a file that does not tell";
    boot.kernel_release.reset();
    EXPECT_EQ(other_kernel(boot, next), std::nullopt) << "nobody knows what runs";
}

TEST_F(NextKernelTest, OfAnotherReleaseIsNamedByThat) {
    next.kernel = "6.1.0-51-amd64";
    EXPECT_EQ(other_kernel(boot, next), (OtherKernel{"6.1.0-50-amd64", "6.1.0-51-amd64"}));
}

TEST_F(NextKernelTest, OfTheSameReleaseIsNamedByItsVersion) {
    next.kernel_version = "#1 Debian 6.1.164-1";
    EXPECT_EQ(other_kernel(boot, next), (OtherKernel{"6.1.0-50-amd64 #1 Debian 6.1.162-1",
                                                     "6.1.0-50-amd64 #1 Debian 6.1.164-1"}));
}

}  // namespace
}  // namespace dim::server
