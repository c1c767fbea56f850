#include "imageserver/daemon/io_watch.hpp"

#include "imageserver/api/reply.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dim::server {

namespace {

namespace asio = boost::asio;

asio::awaitable<void> watch(asio::posix::stream_descriptor descriptor, asio::any_io_executor where,
                            std::function<Watch()> handle) {
    asio::steady_timer pause(co_await asio::this_coro::executor);
    const auto task = [&handle] { return handle(); };
    for (;;) {
        const Watch next = co_await run_on(where, task);
        if (next == Watch::at_once) continue;
        if (next == Watch::later) {
            pause.expires_after(kWatchPause);
            co_await pause.async_wait(asio::use_awaitable);
            continue;
        }
        const auto [error] = co_await descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                                                            asio::as_tuple(asio::use_awaitable));
        if (error) co_return;
    }
}

}  // namespace

Result<void> watch_readable(asio::io_context& loop, const sys::Fd& fd, asio::any_io_executor where,
                            std::function<Watch()> handle) {
    // Asio closes what it is given.
    DIM_TRY(sys::Fd own, sys::dup(fd));
    asio::co_spawn(loop,
                   watch(asio::posix::stream_descriptor(loop, own.release()), std::move(where),
                         std::move(handle)),
                   asio::detached);
    return {};
}

}  // namespace dim::server
