#include "libdim/sys/file.hpp"
#include "libdim/sys/lock_descriptor.hpp"
#include "libdim/sys/process.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;

TEST(LockDescriptor, IsHeldByAChildUntilItEnds) {
    EXPECT_FALSE(lock_descriptor(-1));
    const dim::testing::TemporaryDirectory directory;
    const std::string path = directory / "file";
    Fd first = open(path, O_RDWR | O_CREAT, 0600).value();
    const Fd second = open(path, O_RDWR).value();
    ASSERT_TRUE(lock_descriptor(first.get()));
    EXPECT_EQ(lock_descriptor(second.get()).error().code(), ErrorCode::conflict);
    auto child = spawn({.arguments = {"sleep", "100"}, .standard_output = first.get()});
    ASSERT_TRUE(child);
    first.reset();
    EXPECT_EQ(lock_descriptor(second.get()).error().code(), ErrorCode::conflict);
    ASSERT_TRUE(child->kill(SIGKILL));
    ASSERT_TRUE(child->wait(Deadline::in(5s)));
    EXPECT_TRUE(lock_descriptor(second.get()));
}

}  // namespace
}  // namespace dim::sys
