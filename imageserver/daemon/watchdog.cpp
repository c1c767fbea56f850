#include "imageserver/daemon/watchdog.hpp"

#include "imageserver/daemon/report.hpp"
#include "libdim/sys/notify.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dim::server {

namespace asio = boost::asio;

asio::awaitable<void> feed_watchdog(std::chrono::microseconds timeout) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (;;) {
        if (auto told = sys::notify_service_manager("WATCHDOG=1"); !told)
            report("watchdog", told.error());
        timer.expires_after(timeout / 3);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

}  // namespace dim::server
