#pragma once

#include "libdim/base/result.hpp"

#include <boost/asio/io_context.hpp>
#include <functional>

namespace dim::server {

/// Calls ON_READABLE on the loop whenever FD (which stays its owner's) can be read, as long as the
/// loop runs.
Result<void> watch_descriptor(boost::asio::io_context& loop, int fd,
                              std::function<void()> on_readable);

}  // namespace dim::server
