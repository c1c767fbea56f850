#include "libdim/sys/link_events.hpp"

#include <array>
#include <cerrno>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace dim::sys {

Result<Fd> link_events() {
    Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    if (!socket) return fail(Error::from_errno(errno, "make a netlink socket"));
    sockaddr_nl own{};
    own.nl_family = AF_NETLINK;
    own.nl_groups = RTMGRP_LINK;
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)
        return fail(Error::from_errno(errno, "listen for interface events"));
    return socket;
}

void discard_events(int events) {
    std::array<char, 8192> buffer;
    // ENOBUFS says that events were lost, which is all the same here; then more may follow.
    while (::recv(events, buffer.data(), buffer.size(), MSG_DONTWAIT) >= 0 || errno == ENOBUFS) {
    }
}

}  // namespace dim::sys
