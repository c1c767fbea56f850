#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>

namespace dim::server {

/// When to call again.
enum class Watch {
    when_readable,
    at_once,  ///< after what else waits there
    later,    ///< after kWatchPause: what it wanted failed
};
inline constexpr std::chrono::seconds kWatchPause{1};

/// Calls HANDLE where WHERE says, once now and again as it says or whenever FD (which stays its
/// owner's) can be read, as long as the loop runs; never twice at a time. LOOP outlives it.
Result<void> watch_readable(boost::asio::io_context& loop, const sys::Fd& fd,
                            boost::asio::any_io_executor where, std::function<Watch()> handle);

}  // namespace dim::server
