#pragma once

#include "libdim/sys/fd.hpp"

namespace dim::sys {

struct [[nodiscard]] SocketPair {
    Fd ours;
    Fd theirs;
};
/// Two connected Unix stream sockets (socketpair(2)): one to keep, one to give to a child.
Result<SocketPair> socket_pair();

}  // namespace dim::sys
