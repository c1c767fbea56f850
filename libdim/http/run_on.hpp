#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <type_traits>
#include <utility>

namespace dim::http {

/// Runs FUNCTION where EXECUTOR says and goes on where the caller was.
template <class Function>
boost::asio::awaitable<std::invoke_result_t<Function>> run_on(boost::asio::any_io_executor executor,
                                                              Function function) {
    using Value = std::invoke_result_t<Function>;
    // co_spawn wants what can be made from nothing.
    auto task = [](Function inner) -> boost::asio::awaitable<std::optional<Value>> {
        std::optional<Value> value(inner());
        co_return value;
    };
    // Whoever cancels the caller does not reach into the other thread: the caller waits.
    auto running =
        boost::asio::co_spawn(executor, task(std::move(function)),
                              boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot(),
                                                                  boost::asio::use_awaitable));
    std::optional<Value> value = co_await std::move(running);
    co_return *std::move(value);
}

}  // namespace dim::http
