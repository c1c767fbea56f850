#pragma once

namespace dim::sys {

/// From now on what the process has freed goes back to the system rather than waiting to be used
/// again, and few threads have a store of their own: for a process that sometimes needs much for a
/// moment (mallopt(3)). To be called before there are threads.
void return_freed_memory();

}  // namespace dim::sys
