#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dim::server {

/// What is looked at of a log when a service starts or fails.
inline constexpr std::size_t kLogExcerptLimit = 64 * 1024;

/// Opens a service's log for appending; made with mode 0640 if missing.
Result<sys::Fd> open_log(const std::string& path);

/// The size of a log; 0 when there is none.
std::uint64_t log_size(const std::string& path);

/// When the log has more than LIMIT bytes, copies it to PATH.1 and empties it. The service keeps
/// writing to the same file, since it appends; what it writes at this very moment may be lost.
Result<void> bound_log(const std::string& path, std::uint64_t limit);

/// What a log has after OFFSET: the last kLogExcerptLimit bytes of it. Empty when it cannot be
/// read.
std::string read_log_after(const std::string& path, std::uint64_t offset);

/// The last COUNT lines that are not empty, printable, joined by " | ".
std::string last_lines(std::string_view log, std::size_t count);

}  // namespace dim::server
