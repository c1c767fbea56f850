#include "libdim/http/byte_stream.hpp"

#include "libdim/sys/socket.hpp"

namespace dim::http {

Result<std::size_t> SocketStream::read(std::span<char> buffer, const sys::Deadline& deadline) {
    return sys::receive(socket_, buffer, deadline);
}

Result<void> SocketStream::write(std::string_view bytes, const sys::Deadline& deadline) {
    return sys::send_all(socket_, bytes, deadline);
}

}  // namespace dim::http
