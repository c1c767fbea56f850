#pragma once

#include "libdim/sys/fork_child.hpp"
#include "libdim/sys/mount.hpp"

#include <cerrno>
#include <functional>
#include <sched.h>
#include <string>
#include <string_view>

namespace dim::sys {

/// Runs FUNCTION in namespaces of its own, so that nothing it does outlives it.
inline Result<void> in_namespaces(const std::function<Result<void>()>& function) {
    return fork_child(
        [&]() -> Result<void> {
            if (::unshare(CLONE_NEWNS | CLONE_NEWNET) != 0)
                return fail(Error::from_errno(errno, "unshare"));
            DIM_CHECK(make_private("/"));
            return function();
        },
        std::chrono::seconds(30));
}

/// For functions that run there, where a failed EXPECT would be lost.
inline Result<void> expect(bool condition, std::string_view what) {
    if (condition) return {};
    return fail(ErrorCode::internal, "not so: " + std::string(what));
}

}  // namespace dim::sys
