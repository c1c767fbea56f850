#pragma once

#include "imageserver/api/router.hpp"
#include "libdim/api/json.hpp"
#include "libdim/base/result.hpp"
#include "libdim/http/run_on.hpp"
#include "libdim/http/server.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
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
auto run_on(boost::asio::any_io_executor executor, Function function) {
    return http::run_on(std::move(executor), std::move(function));
}

template <class Function>
auto run_on(boost::asio::thread_pool& lane, Function function) {
    return run_on(boost::asio::any_io_executor(lane.get_executor()), std::move(function));
}

}  // namespace dim::server
