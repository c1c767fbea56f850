#include "libdim/sys/directory.hpp"
#include "libdim/sys/file_attributes.hpp"
#include "libdim/sys/sys_fixture.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>
#include <sys/xattr.h>

namespace dim::sys {
namespace {

TEST(ExtendedAttributes, AreReadWholeThroughEveryDescriptor) {
    testing::TemporaryDirectory temporary;
    testing::write_text(temporary / "file", "content");
    ASSERT_TRUE(symlink("file", temporary / "link"));
    const std::string path = temporary / "file";
    const std::string large(2000, 'x');
    if (::setxattr(path.c_str(), "user.empty", "", 0, 0) != 0)
        GTEST_SKIP() << "the file system has no attributes of users";
    ASSERT_EQ(::setxattr(path.c_str(), "user.large", large.data(), large.size(), 0), 0);
    const Fd directory = open_directory(temporary.path()).value();
    const Fd file = openat(directory, "file", O_RDONLY).value();

    const ExtendedAttributes expected{{"user.empty", ""}, {"user.large", large}};
    EXPECT_EQ(extended_attributes(file), expected);
    EXPECT_EQ(extended_attributes(directory, "file"), expected);
    EXPECT_EQ(extended_attributes(directory, "link"), ExtendedAttributes{}) << "it is followed";
    EXPECT_EQ(extended_attributes(directory, "."), ExtendedAttributes{});
    EXPECT_EQ(extended_attributes(directory, "none").error().code(), ErrorCode::not_found);
}

TEST(FileStatus, TellsTimesToTheNanosecond) {
    testing::TemporaryDirectory temporary;
    testing::write_text(temporary / "file", "content");
    const std::array<timespec, 2> times{timespec{.tv_sec = 1, .tv_nsec = 2},
                                        timespec{.tv_sec = -3, .tv_nsec = 123456789}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (temporary / "file").c_str(), times.data(), 0), 0);
    const FileStatus status = stat(temporary / "file").value();
    EXPECT_EQ(status.modified, (FileTime{.seconds = -3, .nanoseconds = 123456789}));
    EXPECT_GT(status.changed, status.modified) << "nobody sets that one";
}

}  // namespace
}  // namespace dim::sys
