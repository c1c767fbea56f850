#pragma once

#include "imageserver/apply/applied_service.hpp"
#include "libdim/base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace dim::server {

/// Makes many edits one application of a service: it waits until no more edits come, applies, and
/// answers everybody whose edit was in the database by then.
class ServiceApplier {
public:
    using Clock = std::chrono::steady_clock;
    struct Settings {
        std::chrono::milliseconds quiet{25};     ///< without another edit, before it is told
        std::chrono::milliseconds longest{250};  ///< after the first edit it is told anyway
    };
    using Answer = std::function<void(const Result<void>&)>;

    /// EXECUTOR is for the timer; LANE, of one thread, is this service's own. All outlive this.
    ServiceApplier(const boost::asio::any_io_executor& executor, boost::asio::thread_pool& lane,
                   AppliedService& service, Settings settings);
    ServiceApplier(const boost::asio::any_io_executor& executor, boost::asio::thread_pool& lane,
                   AppliedService& service)
        : ServiceApplier(executor, lane, service, Settings()) {}

    /// After the edit is in the database; any thread. ANSWER is called on the lane: with success
    /// once the service runs with the edit, or with why it does not.
    void request(Answer answer);
    /// Applies at once, on the caller's thread, and answers who waits.
    Result<void> apply_now();

    /// Since when every application has succeeded; nothing when the last one failed.
    std::optional<Clock::time_point> good_since() const;

private:
    Clock::time_point due() const;
    void wait();

    boost::asio::steady_timer timer_;
    boost::asio::thread_pool& lane_;
    AppliedService& service_;
    Settings settings_;
    std::mutex applying_;       // held while the service is told; taken before mutex_
    mutable std::mutex mutex_;  // of all below
    std::vector<Answer> waiters_;
    Clock::time_point first_;
    Clock::time_point last_;
    std::optional<Clock::time_point> good_since_;
};

}  // namespace dim::server
