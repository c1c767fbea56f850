#include "libdim/sys/read_link.hpp"

#include <cerrno>
#include <climits>
#include <unistd.h>

namespace dim::sys {

Result<std::string> read_link(const std::string& path) {
    std::string text(PATH_MAX, '\0');
    const ssize_t size = ::readlink(path.c_str(), text.data(), text.size());
    if (size < 0) return fail(Error::from_errno(errno, path));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

}  // namespace dim::sys
