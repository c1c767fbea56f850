#pragma once

#include "imageserver/exec/blade_commands.hpp"
#include "libdim/http/server.hpp"

#include <boost/asio/any_io_executor.hpp>

namespace dim::server {

/// Runs a command in the roots of the blades of REQUEST, as many at a time as it says, and answers
/// with a stream of api::CommandLine. A blade's turn comes when the result of another was sent, so
/// that no more output waits than of those; what still runs when the asker goes away is killed.
/// EXECUTOR: where replies are made; LANE: has a thread for each command. COMMANDS outlives both.
Result<http::Reply> stream_commands(const boost::asio::any_io_executor& executor,
                                    const boost::asio::any_io_executor& lane,
                                    BladeCommands& commands, api::RunCommand request);

}  // namespace dim::server
