#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/open_files_limit.hpp"

#include <sys/resource.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

TEST(OpenFilesLimit, IsRaisedToTheHardOne) {
    const auto seen = ask_child(
        []() -> Result<std::string> {
            const rlimit low{.rlim_cur = 64, .rlim_max = 200};
            ::setrlimit(RLIMIT_NOFILE, &low);
            DIM_TRY(const std::uint64_t told, raise_open_files_limit());
            rlimit now{};
            ::getrlimit(RLIMIT_NOFILE, &now);
            return std::to_string(told) + ' ' + std::to_string(now.rlim_cur);
        },
        std::chrono::seconds(10));
    EXPECT_EQ(seen, "200 200");
}

}  // namespace
}  // namespace dim::sys
