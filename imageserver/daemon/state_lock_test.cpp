#include "imageserver/daemon/state_lock.hpp"
#include "imageserver/daemon/teardown.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(StateLock, RefusesASecondDaemonAndSaysWhatToDo) {
    const testing::TemporaryDirectory directory;
    DaemonSettings settings;
    settings.state_directory = directory / "state";
    settings.run_directory = directory / "run";
    auto first = lock_state(settings);
    ASSERT_TRUE(first) << first.error().message();
    const auto second = lock_state(settings);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::conflict);
    EXPECT_TRUE(second.error().message().contains(settings.state_directory));
    EXPECT_FALSE(second.error().cure().empty());
    EXPECT_EQ(tear_down(settings).error().code(), ErrorCode::conflict);
    first->reset();
    EXPECT_TRUE(lock_state(settings));
    EXPECT_TRUE(tear_down(settings)->empty()) << "nothing was left behind";
}

}  // namespace
}  // namespace dim::server
