#include "libdim/sys/file_lock.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using testing::TemporaryDirectory;

TEST(FileLock, IsHeldOnceAndEndsWithItsOwner) {
    TemporaryDirectory temporary;
    {
        const auto first = lock_file(temporary / "lock");
        ASSERT_TRUE(first);
        const auto second = lock_file(temporary / "lock");
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code(), ErrorCode::conflict);
    }
    EXPECT_TRUE(lock_file(temporary / "lock"));
}

}  // namespace
}  // namespace dim::sys
