#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/sys_fixture.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <string>
#include <sys/stat.h>
#include <vector>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using testing::TemporaryDirectory;

using testing::write_text;

TEST(AtomicWrite, LeavesTheOldFileWhenItCannotWriteTheNewOne) {
    TemporaryDirectory temporary;
    ASSERT_TRUE(write_file_atomically(temporary / "f", "old"));
    // A directory in the place of the temporary file cannot be replaced.
    ASSERT_TRUE(mkdir(temporary / ".f.new"));
    EXPECT_FALSE(write_file_atomically(temporary / "f", "new"));
    EXPECT_EQ(read_file(temporary / "f"), "old");
    EXPECT_FALSE(write_file_atomically(temporary / "none/f", "new"));
    EXPECT_FALSE(write_file_atomically(temporary / "..", "new"));
}

TEST(AtomicWrite, ReplacesContentModeAndLeftovers) {
    TemporaryDirectory temporary;
    const mode_t umask_before = ::umask(077);
    ASSERT_TRUE(write_file_atomically(temporary / "f", "old", 0600));
    write_text(temporary / ".f.new", "left over");
    ASSERT_TRUE(write_file_atomically(temporary / "f", "new", 0644));
    ::umask(umask_before);
    EXPECT_EQ(read_file(temporary / "f"), "new");
    EXPECT_EQ(stat(temporary / "f")->mode & 07777, 0644U);
    EXPECT_EQ(list_names(temporary.path()), std::vector<std::string>{"f"});
}

}  // namespace
}  // namespace dim::sys
