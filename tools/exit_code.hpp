#pragma once

namespace dim::tool {

/// How `dim` ends; documented in dim(1).
enum class ExitCode {
    ok = 0,
    failed = 1,        ///< the daemon or the system refused; standard error says why
    usage = 2,         ///< the command line is wrong in itself: nothing was read, asked or done
    no_daemon = 3,     ///< no daemon listens at the socket
    not_confirmed = 4  ///< a question was answered with no, or could not be asked
};

}  // namespace dim::tool
