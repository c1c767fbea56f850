#include "libdim/sys/directory.hpp"
#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/init_process.hpp"

#include <array>
#include <chrono>
#include <unistd.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;

TEST(InitProcess, SaysWhyAProgramCannotBeExecuted) {
    const Error error = exec("/nonexistent/init", {"/nonexistent/init"}, ::environ);
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    EXPECT_EQ(error.message(), "execute /nonexistent/init: No such file or directory");
    EXPECT_FALSE(run_on_console({"/nonexistent/sh"}, ::environ));
}

TEST(InitProcess, ChangesToADirectoryThatItHasOpen) {
    EXPECT_FALSE(fchdir(-1));
    const auto changed =
        ask_child(std::function<Result<std::string>()>([]() -> Result<std::string> {
                      DIM_TRY(const Fd root, open_directory("/"));
                      DIM_CHECK(fchdir(root.get()));
                      std::array<char, 16> buffer{};
                      return std::string(::getcwd(buffer.data(), buffer.size()));
                  }),
                  5s);
    EXPECT_EQ(*changed, "/");
}

}  // namespace
}  // namespace dim::sys
