#include "libdim/sys/file.hpp"
#include "libdim/sys/kernel_module.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(KernelModule, SaysThatThereIsNone) {
    EXPECT_EQ(load_kernel_module("/no/such.ko").error().code(), ErrorCode::not_found);
}

// Neither the kernel, nor whoever may not ask it, takes rubbish for a module.
TEST(KernelModule, NamesTheFileThatIsNoModule) {
    const testing::TemporaryDirectory directory;
    const std::string path = directory / "rubbish.ko";
    ASSERT_TRUE(write_all(*open(path, O_CREAT | O_WRONLY, 0644), "rubbish"));
    const auto loaded = load_kernel_module(path);
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message(), ::testing::StartsWith(path + ": "));
}

}  // namespace
}  // namespace dim::sys
