#pragma once

#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/lane_handler.hpp"

namespace dim::server {

/// A handler that reads a MESSAGE and runs it on the lane of edits: RUN(message, progress) returns
/// a Result<Edit>.
template <class Message, class Run>
RouteHandler edit_handler(AdminResource& admin, Run run) {
    return [&admin, run](const RouteCall& call) -> boost::asio::awaitable<http::Reply> {
        auto message = api::parse<Message>(call.request.body);
        if (!message) co_return problem_response(message.error());
        co_return admin.jobs.start(
            admin.lanes.edits.get_executor(),
            [run, message = *std::move(message)](const Progress& progress) -> Result<Edit> {
                return run(message, progress);
            });
    };
}

/// The same for long work: on the lane of the image that IMAGE_OF(message) names.
template <class Message, class ImageOf, class Run>
RouteHandler image_handler(AdminResource& admin, ImageOf image_of, Run run) {
    return [&admin, image_of, run](const RouteCall& call) -> boost::asio::awaitable<http::Reply> {
        auto message = api::parse<Message>(call.request.body);
        if (!message) co_return problem_response(message.error());
        const auto lane = admin.lanes.images.of(std::invoke(image_of, *message));
        co_return admin.jobs.start(
            lane, [run, message = *std::move(message)](const Progress& progress) -> Result<Edit> {
                return run(message, progress);
            });
    };
}

}  // namespace dim::server
