#pragma once

#include "libdim/sys/clock.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// What the sockets of every family have in common.
namespace dim::sys {

/// The next connection, non-blocking; nothing when there is none yet.
Result<std::optional<Fd>> accept(const Fd& listener);

/// What is there without waiting: 0 bytes at the end of the stream, nothing when it would block.
Result<std::optional<std::size_t>> receive(const Fd& socket, std::span<char> buffer);
/// The same, waiting until there is something. Errors: timed_out.
Result<std::size_t> receive(const Fd& socket, std::span<char> buffer, const Deadline& deadline);
/// As much as fits without waiting, never a SIGPIPE; nothing when it would block.
Result<std::optional<std::size_t>> send(const Fd& socket, std::string_view bytes);
/// sendfile(2): as send, of FILE from OFFSET; waits for its disk at most. 0 at its end. Whoever
/// calls it ignores SIGPIPE.
Result<std::optional<std::size_t>> send_file(const Fd& socket, const Fd& file, std::uint64_t offset,
                                             std::size_t size);
/// All of BYTES. Errors: timed_out.
Result<void> send_all(const Fd& socket, std::string_view bytes, const Deadline& deadline);
/// Says that nothing more will be sent.
Result<void> shutdown_write(const Fd& socket);

}  // namespace dim::sys
