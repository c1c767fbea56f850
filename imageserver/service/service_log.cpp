#include "imageserver/service/service_log.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/copy_file.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <vector>

namespace dim::server {

namespace {

constexpr mode_t kLogMode = 0640;
constexpr std::size_t kLineLimit = 400;

}  // namespace

Result<sys::Fd> open_log(const std::string& path) {
    return sys::open(path, O_WRONLY | O_CREAT | O_APPEND, kLogMode);
}

std::uint64_t log_size(const std::string& path) {
    const Result<sys::FileStatus> status = sys::stat(path);
    return status ? status->size : 0;
}

Result<void> bound_log(const std::string& path, std::uint64_t limit) {
    if (log_size(path) <= limit) return {};
    DIM_TRY(const sys::Fd log, sys::open(path, O_RDWR));
    DIM_TRY(const sys::Fd old, sys::open(path + ".1", O_WRONLY | O_CREAT | O_TRUNC, kLogMode));
    const auto copied = sys::copy_file(log, old);
    DIM_CHECK(sys::ftruncate(log, 0));
    if (!copied) return fail(Error(copied.error()).with_context("keep the old part of " + path));
    return {};
}

std::string read_log_after(const std::string& path, std::uint64_t offset) {
    const Result<sys::Fd> log = sys::open(path, O_RDONLY);
    if (!log) return {};
    const Result<sys::FileStatus> status = sys::fstat(*log);
    if (!status) return {};
    // Shorter than it was: it has been emptied meanwhile.
    std::uint64_t start = offset > status->size ? 0 : offset;
    if (status->size - start > kLogExcerptLimit) start = status->size - kLogExcerptLimit;
    std::string excerpt(kLogExcerptLimit, '\0');
    const Result<std::size_t> count = sys::read_at(*log, excerpt, start);
    excerpt.resize(count ? *count : 0);
    return excerpt;
}

std::string last_lines(std::string_view log, std::size_t count) {
    std::vector<std::string> lines;
    for (const std::string_view line : split(log, '\n'))
        if (!trim(line).empty()) lines.push_back(printable(trim(line), kLineLimit));
    std::string joined;
    for (std::size_t at = lines.size() - std::min(count, lines.size()); at < lines.size(); ++at)
        joined.append(joined.empty() ? "" : " | ").append(lines[at]);
    return joined;
}

}  // namespace dim::server
