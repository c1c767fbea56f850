#include "imageserver/apply/service_applier.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace dim::server {

namespace asio = boost::asio;

ServiceApplier::ServiceApplier(const asio::any_io_executor& executor, asio::thread_pool& lane,
                               AppliedService& service, Settings settings)
    : timer_(executor), lane_(lane), service_(service), settings_(settings) {}

void ServiceApplier::request(Answer answer) {
    const std::lock_guard lock(mutex_);
    last_ = Clock::now();
    const bool is_first = waiters_.empty();
    waiters_.push_back(std::move(answer));
    if (!is_first) return;
    first_ = last_;
    asio::post(timer_.get_executor(), [this] { wait(); });
}

ServiceApplier::Clock::time_point ServiceApplier::due() const {
    return std::min(last_ + settings_.quiet, first_ + settings_.longest);
}

void ServiceApplier::wait() {
    {
        const std::lock_guard lock(mutex_);
        if (waiters_.empty()) return;  // they were answered by apply_now()
        timer_.expires_at(due());
    }
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        {
            const std::lock_guard lock(mutex_);
            if (!waiters_.empty() && Clock::now() < due()) {
                asio::post(timer_.get_executor(), [this] { wait(); });
                return;
            }
        }
        asio::post(lane_, [this] { (void)apply_now(); });  // who asked is answered
    });
}

Result<void> ServiceApplier::apply_now() {
    const std::lock_guard one_at_a_time(applying_);
    std::vector<Answer> waiters;
    {
        const std::lock_guard lock(mutex_);
        waiters = std::exchange(waiters_, {});
    }
    const Result<void> applied = service_.apply();
    {
        const std::lock_guard lock(mutex_);
        if (!applied) {
            good_since_.reset();
        } else if (!good_since_) {
            good_since_ = Clock::now();
        }
    }
    for (const Answer& answer : waiters)
        answer(applied);
    return applied;
}

std::optional<ServiceApplier::Clock::time_point> ServiceApplier::good_since() const {
    const std::lock_guard lock(mutex_);
    return good_since_;
}

}  // namespace dim::server
