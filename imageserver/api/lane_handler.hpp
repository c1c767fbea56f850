#pragma once

#include "imageserver/api/reply.hpp"

namespace dim::server {

/// A handler that makes its answer on LANE: ANSWER(call).
template <class Answer>
RouteHandler lane_handler(boost::asio::thread_pool& lane, Answer answer) {
    return [&lane, answer](const RouteCall& call) -> boost::asio::awaitable<http::Reply> {
        // A named task: see run_on.
        const auto task = [&call, &answer] { return http::Reply(answer(call)); };
        auto reply = co_await run_on(lane, task);
        co_return reply;
    };
}

/// The same, for a body that is a MESSAGE: ANSWER(message) returns a Result.
template <class Message, class Answer>
RouteHandler message_handler(boost::asio::thread_pool& lane, Answer answer) {
    return lane_handler(lane, [answer](const RouteCall& call) -> http::Response {
        const auto message = api::parse<Message>(call.request.body);
        if (!message) return problem_response(message.error());
        return response_of(answer(*message));
    });
}

}  // namespace dim::server
