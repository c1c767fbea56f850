#include "libdim/sys/file.hpp"
#include "libdim/sys/read_at.hpp"

#include <array>
#include <filesystem>
#include <stdlib.h>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(ReadAt, ReadsFromWhereItIsTold) {
    std::array<char, 4> buffer{};
    EXPECT_FALSE(read_at(-1, buffer, 0));
    std::string path = std::filesystem::temp_directory_path() / "dim-read-at-XXXXXX";
    const Fd file(::mkstemp(path.data()));
    ASSERT_TRUE(file);
    ASSERT_TRUE(write_all(file.get(), "0123456789"));
    EXPECT_EQ(read_at(file.get(), buffer, 3).value(), 4U);
    EXPECT_EQ(std::string_view(buffer.data(), 4), "3456");
    EXPECT_EQ(read_at(file.get(), buffer, 8).value(), 2U);
    EXPECT_EQ(read_at(file.get(), buffer, 10).value(), 0U);
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace dim::sys
