#include "imageserver/api/lanes.hpp"

#include <atomic>
#include <boost/asio/post.hpp>
#include <chrono>
#include <latch>
#include <semaphore>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;

model::ImageName image(const char* name) { return model::ImageName::parse(name).value(); }

TEST(ImageLanes, WorkOnOneImageWaitsForWorkOnThatImageAlone) {
    Lanes lanes;
    std::counting_semaphore<> go_on(0);
    std::counting_semaphore<> other_is_done(0);
    std::atomic<bool> has_ended = false;
    std::atomic<bool> was_alone = true;
    boost::asio::post(lanes.images.of(image("granite")), [&] {
        go_on.acquire();
        has_ended = true;
    });
    // More than there are threads: they wait in a queue, not each on a thread.
    for (int i = 0; i < 10; ++i)
        boost::asio::post(lanes.images.of(image("granite")),
                          [&] { was_alone = was_alone && has_ended; });
    boost::asio::post(lanes.images.of(image("marble")), [&] { other_is_done.release(); });
    EXPECT_TRUE(other_is_done.try_acquire_for(10s));
    EXPECT_FALSE(has_ended);
    go_on.release();
    lanes.finish();
    EXPECT_TRUE(was_alone);
}

TEST(Lanes, NoLaneWaitsForAnother) {
    Lanes lanes;
    std::counting_semaphore<> go_on(0);
    for (boost::asio::thread_pool* busy : {&lanes.exports, &lanes.mounts, &lanes.answers})
        for (int i = 0; i < 4; ++i)
            boost::asio::post(*busy, [&] { go_on.acquire(); });
    std::latch others(4);
    for (boost::asio::thread_pool* free : {&lanes.reports, &lanes.plans, &lanes.edits, &lanes.dhcp})
        boost::asio::post(*free, [&] { others.count_down(); });
    others.wait();
    go_on.release(12);
    lanes.finish();
}

}  // namespace
}  // namespace dim::server
