#include "libdim/base/parse_number.hpp"
#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/open_files_limit.hpp"

#include <cerrno>
#include <sys/resource.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

/// In a process of its own: the limit of this one stays.
Result<std::string> raise_from_64() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return fail(Error::from_errno(errno, "getrlimit"));
    limit.rlim_cur = 64;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return fail(Error::from_errno(errno, "setrlimit"));
    DIM_TRY(const std::uint64_t told, raise_open_files_limit());
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return fail(Error::from_errno(errno, "getrlimit"));
    if (told != limit.rlim_cur) return fail(ErrorCode::internal, "another limit than was told");
    return std::to_string(told);
}

TEST(OpenFilesLimit, IsRaisedAsFarAsItMay) {
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    const std::function<Result<std::string>()> function = raise_from_64;
    const auto raised = ask_child(function, std::chrono::seconds(10));
    ASSERT_TRUE(raised) << raised.error().message();
    EXPECT_EQ(parse_number<std::uint64_t>(*raised).value(), limit.rlim_max);
}

}  // namespace
}  // namespace dim::sys
