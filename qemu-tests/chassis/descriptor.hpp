#pragma once

#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace dim::chassis {

/// Owns a file descriptor.
class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

    /// To a socket; what it cannot take now is lost, as a serial line loses it.
    void send(std::string_view bytes) const {
        static_cast<void>(::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
    }

private:
    int fd_;
};

}  // namespace dim::chassis
