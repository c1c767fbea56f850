#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/copy_file.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/file_lock.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using testing::TemporaryDirectory;

void write_text(const std::string& path, std::string_view text) {
    const Fd file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644).value();
    ASSERT_TRUE(write_all(file.get(), text));
}

TEST(File, ErrorsNameThePath) {
    const auto missing = open("/nonexistent/file", O_RDONLY);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::not_found);
    EXPECT_EQ(missing.error().message(), "/nonexistent/file: No such file or directory");
}

TEST(File, IsNotReadBeyondItsLimit) {
    TemporaryDirectory directory;
    write_text(directory / "f", std::string(10'000, 'x'));
    EXPECT_EQ(read_file(directory / "f", 10'000)->size(), 10'000U);
    const auto cut = read_file(directory / "f", 9'999);
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code(), ErrorCode::limit_exceeded);
    write_text(directory / "empty", "");
    EXPECT_EQ(read_file(directory / "empty", 0), "");
}

TEST(File, OfTheKernelIsReadWithoutASize) {
    EXPECT_NE(read_file("/proc/self/status")->find("Name:"), std::string::npos);
}

TEST(File, EveryDescriptorIsClosedOnExec) {
    TemporaryDirectory directory;
    const Fd file = open(directory / "f", O_RDWR | O_CREAT, 0600).value();
    const Pipe ends = pipe().value();
    const Fd copy = dup(file.get()).value();
    for (const Fd* fd : {&file, &ends.read_end, &ends.write_end, &copy})
        EXPECT_EQ(::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(File, MovedDescriptorHasOneOwner) {
    TemporaryDirectory directory;
    Fd first = open(directory / "f", O_RDWR | O_CREAT, 0600).value();
    const int number = first.get();
    {
        const Fd second = std::move(first);
        EXPECT_EQ(second.get(), number);
    }
    EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

TEST(OpenAt, TakesOneNameThatIsNoLink) {
    TemporaryDirectory temporary;
    const Fd directory = open_directory(temporary.path()).value();
    ASSERT_TRUE(symlink("/etc/passwd", temporary / "link"));
    EXPECT_FALSE(openat(directory.get(), "link", O_RDONLY));
    for (const char* name : {"", ".", "..", "a/b", "/etc"}) {
        const auto opened = openat(directory.get(), name, O_RDONLY);
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
        const auto opened = open_beneath(root.get(), path, O_RDONLY);
        return opened ? ErrorCode::internal : opened.error().code();
    };
    EXPECT_EQ(code("../secret"), ErrorCode::permission_denied);
    EXPECT_EQ(code("/etc/passwd"), ErrorCode::permission_denied);
    EXPECT_EQ(code("etc/out"), ErrorCode::invalid_input);
    EXPECT_EQ(code("etc/in/file"), ErrorCode::invalid_input);
    EXPECT_EQ(code("etc/none"), ErrorCode::not_found);

    const Fd file = open_beneath(root.get(), "etc/sub/file", O_RDONLY).value();
    EXPECT_EQ(read_all(file.get()), "inside");
    EXPECT_TRUE(open_beneath(root.get(), "etc/new", O_WRONLY | O_CREAT, 0640));
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
    EXPECT_TRUE(ensure_directory_at(parent.get(), "b"));
    EXPECT_TRUE(ensure_directory_at(parent.get(), "d"));
    EXPECT_EQ(list_names(temporary / "a"), (std::vector<std::string>{"b", "d"}));
    EXPECT_EQ(list_names(parent.get()), (std::vector<std::string>{"b", "d"}));
    EXPECT_EQ(list_names(parent.get())->size(), 2U);  // it starts at the beginning again
}

TEST(Directory, TellsFreeSpace) {
    const auto space = statfs("/");
    ASSERT_TRUE(space);
    EXPECT_GT(space->total_bytes, std::uint64_t{1} << 20);
    EXPECT_LE(space->available_bytes, space->total_bytes);
}

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

TEST(CopyFile, KeepsBytesAndHoles) {
    TemporaryDirectory temporary;
    const Fd from = open(temporary / "from", O_RDWR | O_CREAT, 0600).value();
    constexpr std::uint64_t kSize = 64 << 20;
    ASSERT_TRUE(ftruncate(from.get(), kSize));
    ASSERT_EQ(::pwrite(from.get(), "begin", 5, 0), 5);
    const std::string middle(300'000, 'm');
    ASSERT_EQ(::pwrite(from.get(), middle.data(), middle.size(), 10 << 20),
              static_cast<ssize_t>(middle.size()));
    const Fd to = open(temporary / "to", O_RDWR | O_CREAT, 0600).value();
    ASSERT_TRUE(copy_file(from.get(), to.get()));
    EXPECT_EQ(read_file(temporary / "to", kSize), read_file(temporary / "from", kSize));
    EXPECT_EQ(fstat(to.get())->size, kSize);
    EXPECT_LT(fstat(to.get())->allocated, std::uint64_t{4} << 20);
}

TEST(CopyFile, FailsIntoWhatCannotBeWritten) {
    TemporaryDirectory temporary;
    write_text(temporary / "from", "x");
    const Fd from = open(temporary / "from", O_RDONLY).value();
    EXPECT_FALSE(copy_file(from.get(), from.get()));
}

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
