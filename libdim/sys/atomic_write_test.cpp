#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/sys_fixture.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <string>
#include <sys/stat.h>
#include <unistd.h>
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

TEST(AtomicWrite, GivesTheNewFileItsOwnerAndMode) {
    TemporaryDirectory temporary;
    const auto directory = open_directory(temporary.path());
    ASSERT_TRUE(directory);
    const FileOwner mine{.user = ::geteuid(), .group = ::getegid()};
    for (const Sync sync : {Sync::now, Sync::by_caller}) {
        ASSERT_TRUE(write_file_atomically(*directory, "f", "secret",
                                          {.mode = 04710, .owner = mine, .sync = sync}));
        EXPECT_EQ(read_file(temporary / "f"), "secret");
        const auto status = stat(temporary / "f");
        EXPECT_EQ(status->mode & 07777, 04710U) << "a change of owner takes set-user-ID away";
        EXPECT_EQ(status->owner, mine.user);
        EXPECT_EQ(status->group, mine.group);
    }
    EXPECT_EQ(list_names(temporary.path()), std::vector<std::string>{"f"});
}

}  // namespace
}  // namespace dim::sys
