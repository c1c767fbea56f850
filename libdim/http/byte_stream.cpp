#include "libdim/http/byte_stream.hpp"

#include "libdim/sys/socket.hpp"

namespace dim::http {

Result<std::size_t> SocketStream::read(std::span<char> buffer, const sys::Deadline& deadline) {
    for (;;) {
        DIM_TRY(const auto count, sys::receive(socket_.get(), buffer));
        if (count) return *count;
        DIM_CHECK(sys::poll(socket_.get(), sys::Readiness::readable, deadline));
    }
}

Result<void> SocketStream::write(std::string_view bytes, const sys::Deadline& deadline) {
    while (!bytes.empty()) {
        DIM_TRY(const auto count, sys::send(socket_.get(), bytes));
        if (count) {
            bytes.remove_prefix(*count);
        } else {
            DIM_CHECK(sys::poll(socket_.get(), sys::Readiness::writable, deadline));
        }
    }
    return {};
}

}  // namespace dim::http
