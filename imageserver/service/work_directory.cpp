#include "imageserver/service/work_directory.hpp"

#include "libdim/sys/run.hpp"

namespace dim::server {

namespace {

constexpr std::chrono::seconds kTestTimeout{10};

}  // namespace

Result<void> make_work_directory(const sys::Confinement& confinement, const std::string& path) {
    DIM_CHECK(sys::ensure_directory_of(confinement.user, path));
    // It may have no way to a directory below one that is closed to others.
    DIM_TRY(const sys::RunResult result,
            sys::run({"/usr/bin/test", "-w", path}, kTestTimeout, {.confinement = confinement}));
    if (result.status.is_success()) return {};
    return fail(Error(ErrorCode::permission_denied,
                      "the user " + confinement.user + " cannot reach " + path)
                    .with_cure("let everybody pass the directories above it: chmod o+x"));
}

}  // namespace dim::server
