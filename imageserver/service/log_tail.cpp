#include "imageserver/service/log_tail.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/sys/event_fds.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <filesystem>

namespace dim::server {

namespace {

constexpr std::size_t kChunk = 64 * 1024;
constexpr int kChunksLimit = 64;  // in one call

}  // namespace

Result<LogPosition> LogPosition::parse(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos)
        return fail(ErrorCode::invalid_input, "the position in a log is damaged");
    DIM_TRY(const auto inode, parse_number<std::uint64_t>(text.substr(0, colon)));
    DIM_TRY(const auto offset, parse_number<std::uint64_t>(text.substr(colon + 1)));
    return LogPosition{.inode = inode, .offset = offset};
}

std::string to_string(const LogPosition& position) {
    return std::to_string(position.inode) + ":" + std::to_string(position.offset);
}

Result<LogTail> LogTail::open(std::string path, std::optional<LogPosition> start) {
    const std::string directory = std::filesystem::path(path).parent_path();
    DIM_TRY(sys::Fd watch, sys::watch_directory(directory.empty() ? "." : directory));
    return LogTail(std::move(path), std::move(watch), start.value_or(LogPosition{}));
}

Result<LogTail> LogTail::open_at_end(std::string path) {
    const Result<sys::FileStatus> status = sys::stat(path);
    if (!status && status.error().code() != ErrorCode::not_found) return fail(status.error());
    const LogPosition end =
        status ? LogPosition{.inode = status->inode, .offset = status->size} : LogPosition{};
    return open(std::move(path), end);
}

/// Makes file_ the file that has the path now. False when there is none.
Result<bool> LogTail::follow_file() {
    const Result<sys::FileStatus> status = sys::stat(path_);
    if (!status && status.error().code() != ErrorCode::not_found) return fail(status.error());
    if (!status) {
        file_.reset();
        return false;
    }
    LogPosition& position = place_.position;
    if (!file_ || status->inode != position.inode) {
        DIM_TRY(file_, sys::open(path_, O_RDONLY));
        DIM_TRY(const sys::FileStatus opened, sys::fstat(file_));
        if (opened.inode != position.inode) position = {.inode = opened.inode, .offset = 0};
        DIM_TRY(place_.is_skipping, is_inside_line());
    }
    if (status->inode == position.inode && status->size < position.offset)
        place_ = {.position = {.inode = position.inode, .offset = 0}};
    return true;
}

/// A position is behind a line feed, but for one inside a line above the limit: what is left of
/// that must not be taken for a line by whoever goes on there.
Result<bool> LogTail::is_inside_line() const {
    const std::uint64_t offset = place_.position.offset;
    if (offset == 0) return false;
    std::string before(1, '\n');
    DIM_TRY(const std::size_t size, sys::read_at(file_, before, offset - 1));
    return size == 1 && before.front() != '\n';
}

Result<LogTail::Lines> LogTail::read_lines() {
    Lines read;
    // Before looking, so that what comes meanwhile is told again.
    DIM_CHECK(sys::discard_directory_events(inotify_));
    DIM_TRY(const bool is_there, follow_file());
    next_ = place_;
    read.has_more = is_there;
    std::string chunk(kChunk, '\0');
    for (int chunks = 0; read.has_more && chunks < kChunksLimit; ++chunks) {
        DIM_TRY(const std::size_t size, sys::read_at(file_, chunk, next_.position.offset));
        const std::size_t used = take_lines(std::string_view(chunk).substr(0, size), read.lines);
        next_.position.offset += used;
        if (read.lines.size() == kLinesLimit) break;
        read.has_more = used != 0;
    }
    read.end = next_.position;
    return read;
}

/// Appends the complete lines of BYTES. Returns how many bytes are done with.
std::size_t LogTail::take_lines(std::string_view bytes, std::vector<std::string>& lines) {
    std::size_t used = 0;
    while (lines.size() < kLinesLimit) {
        const std::string_view rest = bytes.substr(used);
        const std::size_t end = rest.find('\n');
        const bool is_complete = end != std::string_view::npos;
        if (!is_complete && rest.size() <= kLineLimit && !next_.is_skipping) break;
        const std::size_t size = is_complete ? end : rest.size();
        if (!next_.is_skipping) lines.emplace_back(rest.substr(0, std::min(size, kLineLimit)));
        next_.is_skipping = !is_complete;
        used += is_complete ? size + 1 : size;
        if (!is_complete) break;
    }
    return used;
}

}  // namespace dim::server
