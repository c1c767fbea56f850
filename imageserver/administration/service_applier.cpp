#include "imageserver/administration/service_applier.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace dim::server {

namespace asio = boost::asio;

ServiceApplier::ServiceApplier(asio::any_io_executor executor, asio::thread_pool& jobs,
                               Services services, Settings settings)
    : timer_(std::move(executor)),
      jobs_(jobs),
      services_(std::move(services)),
      settings_(settings) {}

void ServiceApplier::request(ServiceNeeds needs, Answer answer) {
    const std::lock_guard lock(mutex_);
    last_ = Clock::now();
    const bool is_first = waiters_.empty();
    waiters_.push_back({needs, std::move(answer)});
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
        if (waiters_.empty()) return;  // they were answered by apply_all()
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
        asio::post(jobs_, [this] { (void)apply({}); });
    });
}

Result<void> ServiceApplier::apply_all() { return apply({.dhcp = true, .exports = true}); }

Result<void> ServiceApplier::apply(ServiceNeeds needs) {
    std::vector<Waiter> waiters;
    {
        const std::lock_guard lock(mutex_);
        waiters = std::exchange(waiters_, {});
    }
    for (const Waiter& waiter : waiters) {
        needs.dhcp = needs.dhcp || waiter.needs.dhcp;
        needs.exports = needs.exports || waiter.needs.exports;
    }
    const Result<void> dhcp = needs.dhcp ? apply_dhcp() : Result<void>();
    const Result<void> exports = needs.exports ? services_.exports() : Result<void>();
    for (const Waiter& waiter : waiters) {
        const bool has_failed = waiter.needs.dhcp && !dhcp;
        waiter.answer(has_failed ? dhcp : waiter.needs.exports ? exports : Result<void>());
    }
    return dhcp ? exports : dhcp;
}

Result<void> ServiceApplier::apply_dhcp() {
    auto applied = services_.dhcp();
    const std::lock_guard lock(mutex_);
    if (!applied) {
        dhcp_good_since_.reset();
    } else if (!dhcp_good_since_) {
        dhcp_good_since_ = Clock::now();
    }
    return applied;
}

std::optional<ServiceApplier::Clock::time_point> ServiceApplier::dhcp_good_since() const {
    const std::lock_guard lock(mutex_);
    return dhcp_good_since_;
}

}  // namespace dim::server
