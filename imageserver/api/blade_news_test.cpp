#include "imageserver/api/blade_news.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

class BladeNewsTest : public ::testing::Test {
protected:
    static model::ComponentName blade(int number) {
        return model::ComponentName::parse("s01c1b" + std::to_string(number)).value();
    }
    boost::asio::awaitable<void> wait(model::ComponentName name, std::chrono::milliseconds time) {
        const auto executor = co_await boost::asio::this_coro::executor;
        auto waiter = news->begin(name, executor);
        auto until_news = waiter.wait(time);
        co_await std::move(until_news);
    }
    /// Waits, nearly for ever, until what ends it: then there is one more in ended.
    void start(const model::ComponentName& name, std::chrono::milliseconds time = 1h) {
        boost::asio::co_spawn(
            loop, wait(name, time),
            boost::asio::bind_cancellation_slot(connections.emplace_back().slot(),
                                                [this](const std::exception_ptr&) { ++ended; }));
        loop.restart();
        loop.poll();
    }
    void run_until_ended(std::size_t count) {
        loop.restart();
        const auto keep_running = boost::asio::make_work_guard(loop);
        while (ended < count)
            loop.run_one();
    }

    std::optional<BladeNews> news{std::in_place};
    std::list<boost::asio::cancellation_signal> connections;
    boost::asio::io_context loop{1};
    std::size_t ended = 0;
};

TEST_F(BladeNewsTest, TellsWhoWaitsFromAnyThread) {
    start(blade(1));
    start(blade(2));
    EXPECT_EQ(news->waiting_count(), 2u);
    std::thread([this] { news->tell(blade(2)); }).join();
    run_until_ended(1);
    EXPECT_EQ(news->waiting_count(), 1u);
    news->tell(blade(3));
    news->tell(blade(1));
    run_until_ended(2);
    EXPECT_EQ(news->waiting_count(), 0u);
}

TEST_F(BladeNewsTest, WhatIsToldBeforeTheWaitIsNotMissed) {
    auto waiter = news->begin(blade(1), loop.get_executor());
    news->tell(blade(1));
    boost::asio::co_spawn(loop, waiter.wait(1h), [this](const std::exception_ptr&) { ++ended; });
    run_until_ended(1);
}

TEST_F(BladeNewsTest, NobodyWaitsLongerThanItsTime) {
    start(blade(1), 1ms);
    run_until_ended(1);
    EXPECT_EQ(news->waiting_count(), 0u);
}

TEST_F(BladeNewsTest, ANewerOneEndsTheOneBefore) {
    start(blade(1));
    start(blade(1));
    run_until_ended(1);
    EXPECT_EQ(news->waiting_count(), 1u) << "the one before took no place with it";
    news->tell(blade(1));
    run_until_ended(2);
}

TEST_F(BladeNewsTest, OnceStoppedNobodyWaits) {
    start(blade(1));
    start(blade(2));
    news->stop();
    run_until_ended(2);
    start(blade(1));
    run_until_ended(3);
    EXPECT_EQ(news->waiting_count(), 0u);
}

TEST_F(BladeNewsTest, AClosedConnectionLeavesNothing) {
    start(blade(1));
    connections.front().emit(boost::asio::cancellation_type::terminal);
    run_until_ended(1);
    EXPECT_EQ(news->waiting_count(), 0u);
}

TEST_F(BladeNewsTest, MayGoBeforeThoseWhoWait) {
    start(blade(1));
    news.reset();
    EXPECT_EQ(ended, 0u) << "its loop goes, and takes it along";
}

TEST_F(BladeNewsTest, TellsOneOfThousandsOnly) {
    constexpr int kBlades = 7000;
    for (int i = 0; i < kBlades; ++i)
        boost::asio::co_spawn(loop, wait(blade(i), 1h),
                              [this](const std::exception_ptr&) { ++ended; });
    loop.restart();
    loop.poll();
    EXPECT_EQ(news->waiting_count(), std::size_t{kBlades});
    news->tell(blade(4711));
    run_until_ended(1);
    EXPECT_EQ(news->waiting_count(), std::size_t{kBlades - 1});
    news->stop();
    run_until_ended(kBlades);
}

}  // namespace
}  // namespace dim::server
