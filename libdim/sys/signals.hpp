#pragma once

#include "libdim/sys/fd.hpp"

#include <initializer_list>

namespace dim::sys {

/// Blocks the signals in this thread; what is spawned afterwards starts unblocked.
Result<void> block_signals(std::initializer_list<int> signals);
/// Empty mask, default actions: what a program about to be executed expects.
Result<void> reset_signals();
Result<void> ignore_signal(int signal);
/// Readable when one of the (blocked) signals is pending; non-blocking.
Result<Fd> signalfd(std::initializer_list<int> signals);
/// The next pending signal of a signalfd; 0 when there is none.
Result<int> next_signal(const Fd& signal_fd);

}  // namespace dim::sys
