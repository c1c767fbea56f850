#pragma once

#include "libdim/sys/fd.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace dim::http {

/// A socket that an event loop waits for. It stays its Fd's: Asio only watches it.
class [[nodiscard]] WatchedSocket {
public:
    WatchedSocket(const boost::asio::any_io_executor& executor, sys::Fd socket)
        : socket_(std::move(socket)), watch_(executor, socket_.get()) {}
    WatchedSocket(const WatchedSocket&) = delete;
    WatchedSocket& operator=(const WatchedSocket&) = delete;
    ~WatchedSocket() { close(); }

    const sys::Fd& fd() const { return socket_; }
    /// For waiting only.
    boost::asio::posix::stream_descriptor& watch() { return watch_; }
    /// Whoever waits is told so.
    void close() {
        if (watch_.is_open()) watch_.release();
        socket_.reset();
    }

private:
    sys::Fd socket_;
    boost::asio::posix::stream_descriptor watch_;
};

}  // namespace dim::http
