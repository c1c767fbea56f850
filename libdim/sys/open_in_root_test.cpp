#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/open_in_root.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(OpenInRoot, SeesTheTreeAsItsOwnInitWould) {
    const testing::TemporaryDirectory directory;
    ASSERT_TRUE(ensure_directory(directory / "lib/systemd"));
    ASSERT_TRUE(write_file_atomically(directory / "lib/systemd/systemd", "init"));
    ASSERT_TRUE(symlink("lib", directory / "sbin"));
    ASSERT_TRUE(symlink("/lib/systemd/systemd", directory / "lib/init"));
    ASSERT_TRUE(symlink("/etc/passwd", directory / "outside"));
    ASSERT_TRUE(symlink("../../../../../../etc/passwd", directory / "above"));
    const Fd root = open_directory(directory.path()).value();
    const auto init = open_in_root(root.get(), "/sbin/init", O_RDONLY);
    ASSERT_TRUE(init);
    EXPECT_EQ(read_all(init->get()).value(), "init");
    for (const char* path : {"/missing", "/outside", "/above", "/../etc/passwd"})
        EXPECT_EQ(open_in_root(root.get(), path, O_PATH).error().code(), ErrorCode::not_found)
            << path;
}

}  // namespace
}  // namespace dim::sys
