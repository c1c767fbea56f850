#include "qemu-tests/chassis/bay_console.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/un.h>

namespace dim::chassis {

namespace {

constexpr std::size_t kTypedLimit = 1024;

}  // namespace

BayConsole::~BayConsole() {
    loop_.forget(listener_.get());
    for (const Descriptor& one : attached_)
        loop_.forget(one.get());
    if (!path_.empty()) ::unlink(path_.c_str());
}

bool BayConsole::listen_at(const std::string& path) {
    if (path == path_) return true;
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    if (path.size() >= sizeof address.sun_path) return false;
    std::ranges::copy(path, std::begin(address.sun_path));
    Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ::unlink(path.c_str());
    if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener.get(), 4) != 0)
        return false;
    if (listener_) loop_.forget(listener_.get());
    listener_ = std::move(listener);
    path_ = path;
    loop_.watch(listener_.get(), [this] { accept(); });
    return true;
}

void BayConsole::accept() {
    Descriptor one(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!one) return;
    const int fd = one.get();
    attached_.push_back(std::move(one));
    loop_.watch(fd, [this, fd] { read(fd); });
}

void BayConsole::read(int fd) {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0) {
        type({buffer.data(), static_cast<std::size_t>(size)});
    } else if (size == 0 || errno != EAGAIN) {
        loop_.forget(fd);
        std::erase_if(attached_, [fd](const Descriptor& one) { return one.get() == fd; });
    }
}

void BayConsole::print(std::string_view bytes) {
    for (const Descriptor& one : attached_)
        one.send(bytes);
    if (session_) session_(bytes);
}

void BayConsole::type(std::string_view bytes) {
    if (machine_ != nullptr) {
        machine_->send(bytes);
    } else if (is_imitation_) {
        answer(bytes);
    }
}

void BayConsole::answer(std::string_view bytes) {
    for (const char letter : bytes) {
        if (letter != '\r' && letter != '\n') {
            if (typed_.size() < kTypedLimit) typed_ += letter;
            continue;
        }
        print("bay " + std::to_string(bay_) + ": " + typed_ + "\r\n");
        typed_.clear();
    }
}

}  // namespace dim::chassis
