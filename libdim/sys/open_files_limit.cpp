#include "libdim/sys/open_files_limit.hpp"

#include <cerrno>
#include <sys/resource.h>

namespace dim::sys {

Result<std::uint64_t> raise_open_files_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return fail(Error::from_errno(errno, "read the limit of open files"));
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return fail(Error::from_errno(errno, "raise the limit of open files"));
    return limit.rlim_cur;
}

}  // namespace dim::sys
