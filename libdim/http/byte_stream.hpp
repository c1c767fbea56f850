#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace dim::http {

/// A two-way stream of bytes; every call blocks until its deadline at most. Errors: timed_out,
/// unavailable when the connection broke.
class [[nodiscard]] ByteStream {
public:
    virtual ~ByteStream() = default;
    /// At least one byte, or 0 at the end of the stream.
    virtual Result<std::size_t> read(std::span<char> buffer, const sys::Deadline& deadline) = 0;
    /// All of BYTES.
    virtual Result<void> write(std::string_view bytes, const sys::Deadline& deadline) = 0;
};

/// A connected non-blocking socket as it is: the Unix socket of the `dim` tool.
class [[nodiscard]] SocketStream final : public ByteStream {
public:
    explicit SocketStream(sys::Fd socket) : socket_(std::move(socket)) {}
    Result<std::size_t> read(std::span<char> buffer, const sys::Deadline& deadline) override;
    Result<void> write(std::string_view bytes, const sys::Deadline& deadline) override;

private:
    sys::Fd socket_;
};

}  // namespace dim::http
