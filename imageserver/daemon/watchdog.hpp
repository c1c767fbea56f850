#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>

namespace dim::server {

/// Tells the service manager that the loop turns, three times in every TIMEOUT, for ever. It is the
/// loop's own timer that does so: a loop that hangs says nothing, and is ended and started anew.
boost::asio::awaitable<void> feed_watchdog(std::chrono::microseconds timeout);

}  // namespace dim::server
