#include "libdim/sys/notify.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/sys/fd.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace dim::sys {

Result<void> notify_service_manager(std::string_view state) {
    const char* variable = std::getenv("NOTIFY_SOCKET");
    if (variable == nullptr) return {};
    const std::string path = variable;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        return fail(ErrorCode::invalid_input, "NOTIFY_SOCKET: '" + path + "' is no socket path");
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    if (path.front() == '@') address.sun_path[0] = '\0';  // an abstract one, unix(7)
    const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return fail(Error::from_errno(errno, "socket"));
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    if (::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                 reinterpret_cast<const sockaddr*>(&address), size) < 0) {
        return fail(Error::from_errno(errno, "notify " + path));
    }
    return {};
}

Result<std::optional<std::chrono::microseconds>> watchdog_timeout() {
    const char* timeout = std::getenv("WATCHDOG_USEC");
    if (timeout == nullptr) return std::nullopt;
    const char* process = std::getenv("WATCHDOG_PID");
    if (process != nullptr && process != std::to_string(::getpid())) return std::nullopt;
    const auto number = parse_number<std::int64_t>(timeout, 1);
    if (!number) return fail(Error(number.error()).with_context("WATCHDOG_USEC"));
    return std::chrono::microseconds(*number);
}

}  // namespace dim::sys
