#pragma once

#include "imageserver/daemon/daemon_fixture.hpp"
#include "libdim/sys/fd.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace dim::server {

/// What is at the other end of the bootnet's wire: a network namespace in which every address of
/// 10.1.2.0/23 is its own, and 10.1.9.9, which is no blade's.
class BootnetSide {
public:
    BootnetSide() {
        std::thread([this] {
            if (::unshare(CLONE_NEWNET) != 0) return;
            const std::string server =
                "nsenter --net=/proc/" + std::to_string(::getpid()) + "/ns/net ";
            is_made_ = run_all({server + "ip link add link wire0 name side0 type macvlan",
                                server + "ip link set side0 netns " + std::to_string(::gettid()),
                                "ip link set lo up", "ip link set side0 up",
                                "ip address add 10.1.9.9/16 dev side0",
                                "ip route add local 10.1.2.0/23 dev side0"});
            network_ = sys::Fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
        }).join();
    }
    bool is_made() const { return is_made_ && static_cast<bool>(network_); }

    /// Runs DEED on a thread in that namespace: what sockets it makes are there.
    template <class Deed>
    std::thread run(Deed deed) const {
        return std::thread([this, deed = std::move(deed)] {
            if (::setns(network_.get(), CLONE_NEWNET) == 0) return deed();
            ADD_FAILURE() << "no network";
        });
    }

private:
    bool is_made_ = false;
    sys::Fd network_;
};

/// A connection to 10.1.0.1 from the address FROM, in host byte order; nothing after five seconds.
/// It waits in reads and writes.
inline std::optional<sys::Fd> connect_from(std::uint32_t from, std::uint16_t port) {
    const auto endpoint = [](std::uint32_t address, std::uint16_t number) {
        sockaddr_in there{};
        there.sin_family = AF_INET;
        there.sin_addr.s_addr = htonl(address);
        there.sin_port = htons(number);
        return there;
    };
    sys::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    const sockaddr_in own = endpoint(from, 0);
    const sockaddr_in server = endpoint(0x0a010001, port);
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
        ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
        return std::nullopt;
    return socket;
}

}  // namespace dim::server
