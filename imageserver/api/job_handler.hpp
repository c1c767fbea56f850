#pragma once

#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/reply.hpp"

namespace dim::server {

/// A handler that reads a MESSAGE and runs it as a job: RUN(administration, message, progress).
template <class Message, class Run>
RouteHandler job_handler(const AdminResource& admin, Run run) {
    return [&administration = admin.administration, &jobs = admin.jobs,
            run](const RouteCall& call) -> boost::asio::awaitable<http::Reply> {
        auto message = api::parse<Message>(call.request.body);
        if (!message) co_return problem_response(message.error());
        co_return jobs.start([&administration, run, message = *std::move(message)](
                                 const Progress& progress) -> Result<Edit> {
            return run(administration, message, progress);
        });
    };
}

}  // namespace dim::server
