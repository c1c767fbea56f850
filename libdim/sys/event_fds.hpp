#pragma once

#include "libdim/sys/fd.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace dim::sys {

/// An epoll(7) descriptor: readable while one of the descriptors added to it is. A closed one is
/// forgotten.
Result<Fd> epoll();
Result<void> epoll_add_readable(const Fd& epoll, const Fd& fd);

/// A timer (timerfd_create(2), monotonic) that is readable once it has run out; non-blocking.
Result<Fd> timer();
/// Starts it anew, or stops it. What has run out is forgotten.
Result<void> set_timer(const Fd& timer, std::optional<std::chrono::milliseconds> duration);

/// An inotify(7) descriptor that is readable after something in DIRECTORY was made, written,
/// renamed or removed; non-blocking.
Result<Fd> watch_directory(const std::string& directory);
/// Forgets what has come; the directory is to be looked at anew.
Result<void> discard_directory_events(const Fd& watch);

}  // namespace dim::sys
