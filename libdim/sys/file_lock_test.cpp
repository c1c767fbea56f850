#include "libdim/sys/file.hpp"
#include "libdim/sys/file_lock.hpp"
#include "libdim/sys/process.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;
using testing::TemporaryDirectory;

TEST(FileLock, IsHeldOnceAndEndsWithItsOwner) {
    TemporaryDirectory temporary;
    {
        const auto first = lock_file(temporary / "lock");
        ASSERT_TRUE(first);
        const auto second = lock_file(temporary / "lock");
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code(), ErrorCode::conflict);
        EXPECT_EQ(second.error().message(), (temporary / "lock") + ": held by another process");
    }
    EXPECT_TRUE(lock_file(temporary / "lock"));
}

TEST(FileLock, IsHeldByAChildUntilItEnds) {
    EXPECT_FALSE(lock_file(Fd()));
    const TemporaryDirectory directory;
    const std::string path = directory / "file";
    Fd first = open(path, O_RDWR | O_CREAT, 0600).value();
    const Fd second = open(path, O_RDWR).value();
    ASSERT_TRUE(lock_file(first));
    EXPECT_EQ(lock_file(second).error().code(), ErrorCode::conflict);
    auto child = spawn({.arguments = {"sleep", "100"}, .standard_output = &first});
    ASSERT_TRUE(child);
    first.reset();
    EXPECT_EQ(lock_file(second).error().code(), ErrorCode::conflict);
    ASSERT_TRUE(child->kill(SIGKILL));
    ASSERT_TRUE(child->wait(Deadline::in(5s)));
    EXPECT_TRUE(lock_file(second));
}

}  // namespace
}  // namespace dim::sys
