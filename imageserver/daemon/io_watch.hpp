#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>

namespace dim::server {

/// Calls HANDLE where WHERE says, once now and again whenever FD (which stays its owner's) can be
/// read, as long as the loop runs; never twice at a time. LOOP outlives it.
Result<void> watch_readable(boost::asio::io_context& loop, const sys::Fd& fd,
                            boost::asio::any_io_executor where, std::function<void()> handle);

}  // namespace dim::server
