#pragma once

#include "imageserver/apply/service_appliers.hpp"
#include "imageserver/edit/edit.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/base/result.hpp"
#include "libdim/http/server.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>

namespace dim::server {

/// Runs requests that take longer than an event may on a lane, and answers each with a stream of
/// api::JobLine (application/x-ndjson).
class JobStream {
public:
    using Job = std::function<Result<Edit>(const Progress&)>;

    /// EXECUTOR: where replies are made. Both outlive this. After QUIET without progress the asker
    /// is told that the job is still at it.
    JobStream(boost::asio::any_io_executor executor, ServiceAppliers& services,
              std::chrono::milliseconds quiet = std::chrono::seconds(15))
        : executor_(std::move(executor)), services_(services), quiet_(quiet) {}

    /// Runs JOB on LANE, and goes on even when the asker goes away. The last line comes when the
    /// services know of the edit; other jobs run in the meantime.
    http::Reply start(const boost::asio::any_io_executor& lane, Job job);

    /// A message as JSON.
    using Question = std::function<Result<std::string>(const Progress&)>;
    /// Answers QUESTION, which needs no service to be told, on LANE in the same way: its message is
    /// the last line.
    http::Reply answer(const boost::asio::any_io_executor& lane, Question question);

private:
    boost::asio::any_io_executor executor_;
    ServiceAppliers& services_;
    std::chrono::milliseconds quiet_;
};

}  // namespace dim::server
