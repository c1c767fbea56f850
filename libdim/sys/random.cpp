#include "libdim/sys/random.hpp"

#include "libdim/base/text.hpp"

#include <cerrno>
#include <sys/random.h>

namespace dim::sys {

Result<void> getrandom(std::span<unsigned char> buffer) {
    while (!buffer.empty()) {
        const ssize_t count = ::getrandom(buffer.data(), buffer.size(), 0);
        if (count > 0) {
            buffer = buffer.subspan(static_cast<std::size_t>(count));
        } else if (errno != EINTR) {
            return fail(Error::from_errno(errno, "getrandom"));
        }
    }
    return {};
}

Result<std::string> random_hex(std::size_t bytes) {
    std::string buffer(bytes, '\0');
    DIM_CHECK(getrandom({reinterpret_cast<unsigned char*>(buffer.data()), buffer.size()}));
    return to_hex(buffer);
}

}  // namespace dim::sys
