#pragma once

#include "imageserver/api/router.hpp"
#include "libdim/api/json.hpp"
#include "libdim/base/result.hpp"
#include "libdim/http/server.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace dim::server {

/// An RFC 9457 problem; STATUS replaces the one that fits the error.
http::Response problem_response(const Error& error, std::optional<int> status = std::nullopt);

/// 200 with the message.
template <class Message>
http::Response json_response(const Message& message) {
    http::Response response;
    response.body = api::to_json(message) + '\n';
    return response;
}

/// 204.
inline http::Response empty_response() { return {.status = 204, .content_type = "", .body = {}}; }

/// Of a Result<Message>, or a Result<void>.
template <class Value>
http::Response response_of(const Result<Value>& result) {
    if (!result) return problem_response(result.error());
    if constexpr (std::is_void_v<Value>) {
        return empty_response();
    } else {
        return json_response(*result);
    }
}

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

template <class Function>
auto run_on(boost::asio::thread_pool& lane, Function function) {
    return run_on(boost::asio::any_io_executor(lane.get_executor()), std::move(function));
}

}  // namespace dim::server
