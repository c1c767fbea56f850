#include "imageserver/daemon/state_lock.hpp"

#include "libdim/sys/directory.hpp"
#include "libdim/sys/file_lock.hpp"

namespace dim::server {

Result<sys::Fd> lock_state(const DaemonSettings& settings) {
    DIM_CHECK(sys::ensure_directory(settings.state_directory, 0755));
    auto lock = sys::lock_file(settings.lock_file());
    if (lock || lock.error().code() != ErrorCode::conflict) return lock;
    return fail(Error(ErrorCode::conflict, "another imageserver uses " + settings.state_directory)
                    .with_cure("stop that one, or give this one its own --state and --run"));
}

}  // namespace dim::server
