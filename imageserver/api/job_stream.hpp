#pragma once

#include "imageserver/administration/service_applier.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/base/result.hpp"
#include "libdim/http/server.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <string>

namespace dim::server {

/// Runs long requests one after the other on a thread of their own, and answers each with a stream
/// of api::JobLine (application/x-ndjson).
class JobStream {
public:
    using Job = std::function<Result<Edit>(const Progress&)>;

    /// EXECUTOR: where replies are made. JOBS has one thread, the same as SERVICES. All outlive
    /// this.
    JobStream(boost::asio::any_io_executor executor, boost::asio::thread_pool& jobs,
              ServiceApplier& services)
        : executor_(std::move(executor)), jobs_(jobs), services_(services) {}

    /// Starts as soon as the jobs before are done; goes on even when the asker goes away. The last
    /// line comes when the services know of the edit; other jobs run in the meantime.
    http::Reply start(Job job);

private:
    boost::asio::any_io_executor executor_;
    boost::asio::thread_pool& jobs_;
    ServiceApplier& services_;
};

}  // namespace dim::server
