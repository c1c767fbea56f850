#include "libdim/sys/directory.hpp"
#include "libdim/sys/read_link.hpp"

#include <filesystem>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(ReadLink, NamesWhatIsMissingOrNoLink) {
    EXPECT_EQ(read_link("/nonexistent/link").error().code(), ErrorCode::not_found);
    EXPECT_EQ(read_link("/").error().code(), ErrorCode::invalid_input);
}

TEST(ReadLink, TellsTheTargetAsItIs) {
    const std::string path =
        std::filesystem::temp_directory_path() / ("dim-read-link-" + std::to_string(::getpid()));
    ASSERT_TRUE(symlink("../some/../where", path));
    EXPECT_EQ(*read_link(path), "../some/../where");
    EXPECT_TRUE(unlink(path));
}

}  // namespace
}  // namespace dim::sys
