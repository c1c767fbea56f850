#include "libdim/sys/clock.hpp"
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
    EXPECT_FALSE(fchdir(Fd()));
    const auto changed =
        ask_child(std::function<Result<std::string>()>([]() -> Result<std::string> {
                      DIM_TRY(const Fd root, open_directory("/"));
                      DIM_CHECK(fchdir(root));
                      std::array<char, 16> buffer{};
                      return std::string(::getcwd(buffer.data(), buffer.size()));
                  }),
                  5s);
    EXPECT_EQ(*changed, "/");
}

TEST(InitProcess, OpensStandardDescriptorsThatAreClosed) {
    const auto filled =
        ask_child(std::function<Result<std::string>()>([]() -> Result<std::string> {
                      ::close(0);
                      ::close(2);
                      if (fill_standard("/nonexistent"))
                          return fail(ErrorCode::internal, "opened what is not there");
                      DIM_CHECK(fill_standard("/dev/null"));
                      DIM_TRY(const std::string input, read_link("/proc/self/fd/0"));
                      DIM_TRY(const std::string error, read_link("/proc/self/fd/2"));
                      return input + ' ' + error;
                  }),
                  5s);
    EXPECT_EQ(filled.value_or(""), "/dev/null /dev/null");
}

TEST(InitProcess, WaitsForTheProgramOnTheConsole) {
    const auto ran =
        ask_child(std::function<Result<std::string>()>([]() -> Result<std::string> {
                      const std::int64_t before = monotonic_us();
                      DIM_CHECK(run_on_console({"/bin/sleep", "0.2"}, ::environ));
                      return monotonic_us() - before >= 200'000 ? "waited" : "did not wait";
                  }),
                  5s);
    EXPECT_EQ(ran.value_or(""), "waited");
}

}  // namespace
}  // namespace dim::sys
