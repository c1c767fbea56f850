#include "imageserver/daemon/open_files.hpp"
#include "libdim/sys/fork_child.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// What provide_open_files() tells where ALLOWED descriptors are, in a process of its own.
std::string told_when(rlim_t allowed, std::uint64_t needed) {
    const std::function<Result<std::string>()> work = [=]() -> Result<std::string> {
        const rlimit limit{.rlim_cur = 64, .rlim_max = allowed};
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return fail(ErrorCode::internal, "setrlimit");
        ::testing::internal::CaptureStderr();
        provide_open_files(needed);
        rlimit raised{};
        if (::getrlimit(RLIMIT_NOFILE, &raised) != 0 || raised.rlim_cur != allowed)
            return fail(ErrorCode::internal, "it is not raised");
        return ::testing::internal::GetCapturedStderr();
    };
    const auto told = sys::ask_child(work, std::chrono::seconds(10));
    EXPECT_TRUE(told) << told.error().message();
    return told.value_or("");
}

TEST(OpenFiles, AreEnoughForAllConnectionsAndMore) {
    http::Server::Settings settings;
    settings.connections = 3000;
    settings.local_connections = 200;
    EXPECT_EQ(open_files_needed(settings), 3200 + kOpenFilesBesideConnections);
}

TEST(OpenFiles, AreRaisedAndToldWhenTheyAreTooFew) {
    EXPECT_EQ(told_when(1000, 1000), "");
    EXPECT_THAT(told_when(1000, 1001),
                AllOf(HasSubstr("no more than 1000"), HasSubstr("LimitNOFILE=")));
}

}  // namespace
}  // namespace dim::server
