#pragma once

#include "imageserver/administration/edit.hpp"
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

/// Makes many edits one application of each service: it waits until no more edits come, applies,
/// and answers everybody whose edit was in the database by then.
class ServiceApplier {
public:
    using Clock = std::chrono::steady_clock;
    struct Settings {
        std::chrono::milliseconds quiet{25};     ///< without another edit, before services are told
        std::chrono::milliseconds longest{250};  ///< after the first edit they are told anyway
    };
    /// Bring a service in line with the database; block.
    struct Services {
        std::function<Result<void>()> dhcp;
        std::function<Result<void>()> exports;
    };
    using Answer = std::function<void(const Result<void>&)>;

    /// EXECUTOR is for the timer. JOBS has one thread, which makes the edits; services are applied
    /// there, too. Both outlive this.
    ServiceApplier(boost::asio::any_io_executor executor, boost::asio::thread_pool& jobs,
                   Services services, Settings settings);
    ServiceApplier(boost::asio::any_io_executor executor, boost::asio::thread_pool& jobs,
                   Services services)
        : ServiceApplier(std::move(executor), jobs, std::move(services), Settings()) {}

    /// On the jobs' thread, after the edit is in the database. ANSWER is called there, too: with
    /// success once the services of NEEDS run with it, or with why one does not.
    void request(ServiceNeeds needs, Answer answer);
    /// On the jobs' thread: applies every service at once, asked or not, and answers who waits.
    Result<void> apply_all();

    /// Since when every application for DHCP has succeeded; nothing when the last one failed.
    std::optional<Clock::time_point> dhcp_good_since() const;

private:
    struct Waiter {
        ServiceNeeds needs;
        Answer answer;
    };
    Clock::time_point due() const;
    void wait();
    Result<void> apply(ServiceNeeds needs);
    Result<void> apply_dhcp();

    boost::asio::steady_timer timer_;
    boost::asio::thread_pool& jobs_;
    Services services_;
    Settings settings_;
    mutable std::mutex mutex_;  // of all below
    std::vector<Waiter> waiters_;
    Clock::time_point first_;
    Clock::time_point last_;
    std::optional<Clock::time_point> dhcp_good_since_;
};

}  // namespace dim::server
