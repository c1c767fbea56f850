#include "imageserver/boot/change_count.hpp"

#include <chrono>

namespace dim::server {

void ChangeCount::add() {
    {
        const std::lock_guard lock(mutex_);
        ++value_;
    }
    added_.notify_all();
}

std::uint64_t ChangeCount::value() const {
    const std::lock_guard lock(mutex_);
    return value_;
}

void ChangeCount::wait_beyond(std::uint64_t known, sys::Deadline deadline) const {
    std::unique_lock lock(mutex_);
    const auto is_beyond = [&] { return value_ > known; };
    if (deadline.is_never())
        added_.wait(lock, is_beyond);
    else
        added_.wait_for(lock, std::chrono::milliseconds(deadline.poll_timeout()), is_beyond);
}

}  // namespace dim::server
