#include "imageserver/daemon/insist.hpp"

#include "imageserver/api/reply.hpp"
#include "imageserver/daemon/report.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dim::server {

namespace asio = boost::asio;

asio::awaitable<void> insist(StartStep step, Alerts& alerts, const WallClock& clock,
                             asio::any_io_executor alert_lane) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    std::string told;
    for (;;) {
        const auto attempt = [&step] { return step.run(); };
        const Result<void> done = co_await run_on(step.where, attempt);
        const auto tell = [&] {
            if (done) {
                // It may be a predecessor's.
                alerts.forget(step.kind, step.origin);
            } else {
                alerts.note({step.kind, step.origin, done.error().message(), done.error().cure()},
                            clock.now());
            }
            return true;
        };
        co_await run_on(alert_lane, tell);
        if (done) co_return;
        // Once for each cause, not every second.
        if (told != done.error().message()) report(step.origin, done.error());
        told = done.error().message();
        timer.expires_after(step.pause);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

}  // namespace dim::server
