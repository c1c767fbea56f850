#include "libdim/sys/kernel_log.hpp"

#include <cerrno>
#include <sys/klog.h>

namespace dim::sys {

namespace {
// syslog(2); the C libraries do not name them.
constexpr int kSyslogActionReadAll = 3;
constexpr int kSyslogActionSizeBuffer = 10;
}  // namespace

Result<std::string> kernel_log(std::size_t limit) {
    const int size = ::klogctl(kSyslogActionSizeBuffer, nullptr, 0);
    if (size < 0) return fail(Error::from_errno(errno, "size of the kernel log"));
    std::string text(static_cast<std::size_t>(size), '\0');
    const int count = ::klogctl(kSyslogActionReadAll, text.data(), size);
    if (count < 0) return fail(Error::from_errno(errno, "read the kernel log"));
    text.resize(static_cast<std::size_t>(count));
    return std::string(last_lines(text, limit));
}

std::string_view last_lines(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return text;
    const std::size_t start = text.size() - limit;
    if (text[start - 1] == '\n') return text.substr(start);
    const std::size_t line_end = text.find('\n', start);
    return line_end == text.npos ? std::string_view() : text.substr(line_end + 1);
}

}  // namespace dim::sys
