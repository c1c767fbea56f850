#include "libdim/tls/private_file.hpp"

#include "libdim/sys/file.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace dim::tls {

namespace {

Result<void> check_private(const std::string& path, const sys::FileStatus& status) {
    const auto refuse = [&](const std::string& why, std::string cure) {
        return fail(
            Error(ErrorCode::permission_denied, path + ": " + why).with_cure(std::move(cure)));
    };
    if (!S_ISREG(status.mode)) return refuse("no file", "name a file with credentials");
    if ((status.mode & (S_IRWXG | S_IRWXO)) != 0)
        return refuse("others may read or change these credentials", "chmod 600 " + path);
    if (status.owner != ::geteuid() && status.owner != 0)
        return refuse("these credentials are another user's",
                      "chown it, or make a file of your own");
    return {};
}

}  // namespace

Result<SecretText> read_private_file(const std::string& path) {
    DIM_TRY(const sys::Fd fd, sys::open(path, O_RDONLY | O_NONBLOCK));
    DIM_TRY(const auto status, sys::fstat(fd));
    DIM_CHECK(check_private(path, status));
    DIM_TRY(std::string text, sys::read_all(fd, kPrivateFileLimit));
    return SecretText(std::move(text));
}

}  // namespace dim::tls
