#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/sys_fixture.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <stdlib.h>
#include <string>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using testing::TemporaryDirectory;

using testing::write_text;

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
    const Fd copy = dup(file).value();
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

TEST(File, ReadsFromWhereItIsTold) {
    std::array<char, 4> buffer{};
    EXPECT_FALSE(read_at(Fd(), buffer, 0));
    std::string path = std::filesystem::temp_directory_path() / "dim-read-at-XXXXXX";
    const Fd file(::mkstemp(path.data()));
    ASSERT_TRUE(file);
    ASSERT_TRUE(write_all(file, "0123456789"));
    EXPECT_EQ(read_at(file, buffer, 3).value(), 4U);
    EXPECT_EQ(std::string_view(buffer.data(), 4), "3456");
    EXPECT_EQ(read_at(file, buffer, 8).value(), 2U);
    EXPECT_EQ(read_at(file, buffer, 10).value(), 0U);
    std::filesystem::remove(path);
}

TEST(File, IsMadeDurableByItsPath) {
    TemporaryDirectory temporary;
    EXPECT_EQ(fsync(temporary / "none").error().code(), ErrorCode::not_found);
    EXPECT_EQ(fsync("/dev/null").error().message(), "/dev/null: fsync: Invalid argument");
    write_text(temporary / "file", "x");
    EXPECT_TRUE(fsync(temporary / "file"));
    EXPECT_TRUE(fsync(temporary.path()));
}

}  // namespace
}  // namespace dim::sys
