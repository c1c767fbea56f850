#include "imageserver/daemon/io_watch.hpp"
#include "libdim/sys/file.hpp"

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <chrono>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

class IoWatchTest : public ::testing::Test {
protected:
    ~IoWatchTest() override { lane.join(); }

    /// Plays the loop until IS_DONE.
    template <class Predicate>
    bool run_until(Predicate is_done) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!is_done())
            if (loop.run_one_until(deadline) == 0) return false;
        return true;
    }
    void write() { ASSERT_TRUE(sys::write_all(pipe.write_end, "x")); }
    void read() {
        char byte = 0;
        EXPECT_TRUE(sys::read(pipe.read_end, {&byte, 1}));
    }

    boost::asio::io_context loop{1};
    boost::asio::thread_pool lane{1};
    sys::Pipe pipe = sys::pipe().value();
};

TEST_F(IoWatchTest, CallsOnceAtTheStartAndThenForWhatComes) {
    std::atomic<int> calls = 0;
    ASSERT_TRUE(watch_readable(loop, pipe.read_end, loop.get_executor(), [&] {
        if (calls++ != 0) read();
        return Watch::when_readable;
    }));
    EXPECT_TRUE(run_until([&] { return calls == 1; })) << "what came before it was watched";
    while (loop.poll_one() != 0) {
    }
    EXPECT_EQ(calls, 1) << "nothing came";
    for (int expected = 2; expected < 5; ++expected) {
        write();
        EXPECT_TRUE(run_until([&] { return calls == expected; }));
    }
}

TEST_F(IoWatchTest, CallsAgainWhenToldSo) {
    int calls = 0;
    ASSERT_TRUE(watch_readable(loop, pipe.read_end, loop.get_executor(), [&] {
        return ++calls < 3 ? Watch::at_once : Watch::when_readable;
    }));
    EXPECT_TRUE(run_until([&] { return calls == 3; })) << "though nothing can be read";
    while (loop.poll_one() != 0) {
    }
    EXPECT_EQ(calls, 3);
}

TEST_F(IoWatchTest, CallsWhereItWasTold) {
    std::atomic<bool> was_on_lane = false;
    ASSERT_TRUE(watch_readable(loop, pipe.read_end, lane.get_executor(), [&] {
        was_on_lane = lane.get_executor().running_in_this_thread();
        return Watch::when_readable;
    }));
    EXPECT_TRUE(run_until([&] { return was_on_lane.load(); }));
}

TEST_F(IoWatchTest, LeavesTheDescriptorToItsOwner) {
    int calls = 0;
    {
        boost::asio::io_context other{1};
        ASSERT_TRUE(watch_readable(other, pipe.read_end, other.get_executor(), [&] {
            ++calls;
            return Watch::when_readable;
        }));
        EXPECT_NE(other.poll(), 0U);
        EXPECT_EQ(calls, 1);
    }
    write();
    read();
}

TEST_F(IoWatchTest, SaysThatADescriptorIsNone) {
    EXPECT_FALSE(watch_readable(loop, sys::Fd(), loop.get_executor(), [] { return Watch::later; }));
}

}  // namespace
}  // namespace dim::server
