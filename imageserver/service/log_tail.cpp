#include "imageserver/service/log_tail.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/sys/event_fds.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <filesystem>

namespace dim::server {

namespace {

constexpr std::size_t kChunk = 64 * 1024;

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

/// Makes file_ the file that has the path now. False when there is none.
Result<bool> LogTail::follow_file() {
    const Result<sys::FileStatus> status = sys::stat(path_);
    if (!status && status.error().code() != ErrorCode::not_found) return fail(status.error());
    if (!status) {
        file_.reset();
        return false;
    }
    if (!file_ || status->inode != position_.inode) {
        DIM_TRY(file_, sys::open(path_, O_RDONLY));
        DIM_TRY(const sys::FileStatus opened, sys::fstat(file_));
        if (opened.inode != position_.inode) position_ = {.inode = opened.inode, .offset = 0};
        is_skipping_ = false;
    }
    if (status->inode == position_.inode && status->size < position_.offset) {
        position_.offset = 0;
        is_skipping_ = false;
    }
    return true;
}

Result<std::vector<std::string>> LogTail::read_lines() {
    std::vector<std::string> lines;
    // Before looking, so that what comes meanwhile is told again.
    DIM_CHECK(sys::discard_directory_events(inotify_));
    DIM_TRY(const bool is_there, follow_file());
    if (!is_there) return lines;
    std::string chunk(kChunk, '\0');
    while (lines.size() < kLinesLimit) {
        DIM_TRY(const std::size_t size, sys::read_at(file_, chunk, position_.offset));
        const std::size_t used = take_lines(std::string_view(chunk).substr(0, size), lines);
        if (used == 0) break;
        position_.offset += used;
    }
    return lines;
}

/// Appends the complete lines of BYTES. Returns how many bytes are done with.
std::size_t LogTail::take_lines(std::string_view bytes, std::vector<std::string>& lines) {
    std::size_t used = 0;
    while (lines.size() < kLinesLimit) {
        const std::string_view rest = bytes.substr(used);
        const std::size_t end = rest.find('\n');
        const bool is_complete = end != std::string_view::npos;
        if (!is_complete && rest.size() <= kLineLimit && !is_skipping_) break;
        const std::size_t size = is_complete ? end : rest.size();
        if (!is_skipping_) lines.emplace_back(rest.substr(0, std::min(size, kLineLimit)));
        is_skipping_ = !is_complete;
        used += is_complete ? size + 1 : size;
        if (!is_complete) break;
    }
    return used;
}

}  // namespace dim::server
