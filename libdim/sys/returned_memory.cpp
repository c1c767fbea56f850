#include "libdim/sys/returned_memory.hpp"

#include <malloc.h>

namespace dim::sys {

void return_freed_memory() {
#ifdef M_ARENA_MAX  // of glibc; the agent's musl has no stores to limit
    constexpr int kArenas = 2;
    constexpr int kLarge = 1 << 20;
    (void)mallopt(M_ARENA_MAX, kArenas);
    // Set, they do not grow with what is freed, either.
    (void)mallopt(M_MMAP_THRESHOLD, kLarge);
    (void)mallopt(M_TRIM_THRESHOLD, kLarge);
#endif
}

}  // namespace dim::sys
