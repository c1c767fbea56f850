#pragma once

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
    /// Returns what was achieved in a sentence.
    using Job = std::function<Result<std::string>(const Progress&)>;

    /// EXECUTOR: where replies are made. JOBS has one thread. Both outlive this.
    JobStream(boost::asio::any_io_executor executor, boost::asio::thread_pool& jobs)
        : executor_(std::move(executor)), jobs_(jobs) {}

    /// Starts as soon as the jobs before are done; goes on even when the asker goes away.
    http::Reply start(Job job);

private:
    boost::asio::any_io_executor executor_;
    boost::asio::thread_pool& jobs_;
};

}  // namespace dim::server
