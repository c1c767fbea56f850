#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/event_fds.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/poll.hpp"

#include <filesystem>
#include <stdlib.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using namespace std::chrono_literals;

bool is_readable(const Fd& fd, std::chrono::milliseconds within) {
    return poll(fd, Readiness::readable, Deadline::in(within)).has_value();
}

TEST(EventFds, TimerRunsOutOnceUntilSetAgain) {
    const Fd watch = timer().value();
    EXPECT_FALSE(is_readable(watch, 10ms));
    ASSERT_TRUE(set_timer(watch, 20ms));
    EXPECT_FALSE(is_readable(watch, 0ms));
    EXPECT_TRUE(is_readable(watch, 5s));
    ASSERT_TRUE(set_timer(watch, std::nullopt));
    EXPECT_FALSE(is_readable(watch, 10ms));
    ASSERT_TRUE(set_timer(watch, 0ms));
    EXPECT_TRUE(is_readable(watch, 5s));
}

TEST(EventFds, EpollIsReadableWhileOneOfItsDescriptorsIs) {
    const Fd all = epoll().value();
    EXPECT_FALSE(epoll_add_readable(all, Fd()));
    Fd watch = timer().value();
    ASSERT_TRUE(epoll_add_readable(all, watch));
    EXPECT_FALSE(is_readable(all, 10ms));
    ASSERT_TRUE(set_timer(watch, 1ms));
    EXPECT_TRUE(is_readable(all, 5s));
    watch.reset();
    EXPECT_FALSE(is_readable(all, 10ms));
}

TEST(EventFds, DirectoryTellsOfEveryKindOfChange) {
    EXPECT_EQ(watch_directory("/nonexistent").error().code(), ErrorCode::not_found);
    std::string directory = std::filesystem::temp_directory_path() / "dim-event-fds-XXXXXX";
    ASSERT_NE(::mkdtemp(directory.data()), nullptr);
    const Fd watch = watch_directory(directory).value();
    const auto changed = [&] {
        const bool is_changed = is_readable(watch, 0ms);
        EXPECT_TRUE(discard_directory_events(watch));
        return is_changed;
    };
    EXPECT_FALSE(changed());
    const Fd file = open(directory + "/file", O_WRONLY | O_CREAT, 0600).value();
    EXPECT_TRUE(changed());
    ASSERT_TRUE(write_all(file, "x"));
    EXPECT_TRUE(changed());
    ASSERT_TRUE(rename(directory + "/file", directory + "/other"));
    EXPECT_TRUE(changed());
    ASSERT_TRUE(unlink(directory + "/other"));
    EXPECT_TRUE(changed());
    EXPECT_FALSE(changed());
    ASSERT_TRUE(rmdir(directory));
}

}  // namespace
}  // namespace dim::sys
