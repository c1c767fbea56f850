#pragma once

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <utility>

namespace dim::server {

/// What is to be noted on LANE, at most so many at a time: what comes on top is dropped, since the
/// number of what waits is of no use to anybody. Any thread may call.
class BoundedNotes {
public:
    /// LANE outlives this, and this what was posted.
    explicit BoundedNotes(boost::asio::thread_pool& lane) : lane_(lane) {}

    template <class Note>
    void post(Note note) {
        if (++waiting_ > kMost) {
            --waiting_;
            return;
        }
        boost::asio::post(lane_, [this, note = std::move(note)] {
            --waiting_;
            note();
        });
    }

    static constexpr int kMost = 1000;

private:
    boost::asio::thread_pool& lane_;
    std::atomic<int> waiting_{0};
};

}  // namespace dim::server
