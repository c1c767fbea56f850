#include "libdim/sys/kernel_module.hpp"

#include "libdim/sys/file.hpp"

#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

namespace dim::sys {

Result<void> load_kernel_module(const std::string& file) {
    DIM_TRY(const Fd fd, open(file, O_RDONLY));
    constexpr const char* kNoParameters = "";
    if (::syscall(SYS_finit_module, fd.get(), kNoParameters, 0) == 0 || errno == EEXIST) return {};
    return fail(Error::from_errno(errno, file));
}

}  // namespace dim::sys
