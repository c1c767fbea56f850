#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/sys_fixture.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <filesystem>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using testing::TemporaryDirectory;

using testing::write_text;

TEST(OpenAt, TakesOneNameThatIsNoLink) {
    TemporaryDirectory temporary;
    const Fd directory = open_directory(temporary.path()).value();
    ASSERT_TRUE(symlink("/etc/passwd", temporary / "link"));
    EXPECT_FALSE(openat(directory, "link", O_RDONLY));
    for (const char* name : {"", ".", "..", "a/b", "/etc"}) {
        const auto opened = openat(directory, name, O_RDONLY);
        ASSERT_FALSE(opened) << name;
        EXPECT_EQ(opened.error().code(), ErrorCode::invalid_input) << name;
    }
    EXPECT_FALSE(check_name(std::string(256, 'n')));
    EXPECT_FALSE(check_name(std::string_view("a\0b", 3)));
    EXPECT_TRUE(check_name(std::string(255, 'n')));
}

TEST(OpenBeneath, NeverLeadsOut) {
    TemporaryDirectory temporary;
    ASSERT_TRUE(ensure_directory(temporary / "root/etc/sub"));
    write_text(temporary / "secret", "secret");
    write_text(temporary / "root/etc/sub/file", "inside");
    ASSERT_TRUE(symlink("../../secret", temporary / "root/etc/out"));
    ASSERT_TRUE(symlink("sub", temporary / "root/etc/in"));
    const Fd root = open_directory(temporary / "root").value();
    const auto code = [&](std::string_view path) {
        const auto opened = open_beneath(root, path, O_RDONLY);
        return opened ? ErrorCode::internal : opened.error().code();
    };
    EXPECT_EQ(code("../secret"), ErrorCode::permission_denied);
    EXPECT_EQ(code("/etc/passwd"), ErrorCode::permission_denied);
    EXPECT_EQ(code("etc/out"), ErrorCode::invalid_input);
    EXPECT_EQ(code("etc/in/file"), ErrorCode::invalid_input);
    EXPECT_EQ(code("etc/none"), ErrorCode::not_found);

    const Fd file = open_beneath(root, "etc/sub/file", O_RDONLY).value();
    EXPECT_EQ(read_all(file), "inside");
    EXPECT_TRUE(open_beneath(root, "etc/new", O_WRONLY | O_CREAT, 0640));
}

TEST(Directory, IsMadeWithItsParents) {
    TemporaryDirectory temporary;
    ASSERT_TRUE(ensure_directory(temporary / "a/b/c"));
    ASSERT_TRUE(ensure_directory(temporary / "a/b/c"));
    ASSERT_TRUE(ensure_directory("/"));
    write_text(temporary / "file", "");
    EXPECT_FALSE(ensure_directory(temporary / "file"));
    EXPECT_FALSE(ensure_directory(temporary / "file/below"));
    const Fd parent = open_directory(temporary / "a").value();
    EXPECT_TRUE(mkdirat(parent, "d"));
    EXPECT_EQ(mkdirat(parent, "b").error().code(), ErrorCode::already_exists);
    EXPECT_EQ(list_names(temporary / "a"), (std::vector<std::string>{"b", "d"}));
    EXPECT_EQ(list_names(parent), (std::vector<std::string>{"b", "d"}));
    EXPECT_EQ(list_names(parent)->size(), 2U);  // it starts at the beginning again
    EXPECT_EQ(first_names(parent, 1)->size(), 1U);
    EXPECT_EQ(first_names(parent, 3)->size(), 2U);
}

TEST(Directory, TellsFreeSpace) {
    const auto space = statfs("/");
    ASSERT_TRUE(space);
    EXPECT_GT(space->total_bytes, std::uint64_t{1} << 20);
    EXPECT_LE(space->available_bytes, space->total_bytes);
}

TEST(Directory, SeesTheTreeAsItsOwnInitWould) {
    const TemporaryDirectory directory;
    ASSERT_TRUE(ensure_directory(directory / "lib/systemd"));
    ASSERT_TRUE(write_file_atomically(directory / "lib/systemd/systemd", "init"));
    ASSERT_TRUE(symlink("lib", directory / "sbin"));
    ASSERT_TRUE(symlink("/lib/systemd/systemd", directory / "lib/init"));
    ASSERT_TRUE(symlink("/etc/passwd", directory / "outside"));
    ASSERT_TRUE(symlink("../../../../../../etc/passwd", directory / "above"));
    const Fd root = open_directory(directory.path()).value();
    const auto init = open_in_root(root, "/sbin/init", O_RDONLY);
    ASSERT_TRUE(init);
    EXPECT_EQ(read_all(*init).value(), "init");
    for (const char* path : {"/missing", "/outside", "/above", "/../etc/passwd"})
        EXPECT_EQ(open_in_root(root, path, O_PATH).error().code(), ErrorCode::not_found) << path;
}

TEST(Directory, NamesWhatIsMissingOrNoLink) {
    EXPECT_EQ(read_link("/nonexistent/link").error().code(), ErrorCode::not_found);
    EXPECT_EQ(read_link("/").error().code(), ErrorCode::invalid_input);
}

TEST(Directory, TellsTheTargetAsItIs) {
    const std::string path =
        std::filesystem::temp_directory_path() / ("dim-read-link-" + std::to_string(::getpid()));
    ASSERT_TRUE(symlink("../some/../where", path));
    EXPECT_EQ(*read_link(path), "../some/../where");
    const Fd directory = open_directory(std::filesystem::temp_directory_path()).value();
    EXPECT_EQ(*read_link(directory, std::filesystem::path(path).filename().string()),
              "../some/../where");
    EXPECT_EQ(read_link(directory, "dim-read-no-link").error().code(), ErrorCode::not_found);
    EXPECT_EQ(read_link(directory, "..").error().code(), ErrorCode::invalid_input);
    EXPECT_TRUE(unlink(path));
}

}  // namespace
}  // namespace dim::sys
