#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// How far a log file has been read.
struct LogPosition {
    std::uint64_t inode = 0;
    std::uint64_t offset = 0;
    auto operator<=>(const LogPosition&) const = default;
    /// The form of to_string. Errors: invalid_input.
    static Result<LogPosition> parse(std::string_view text);
};
std::string to_string(const LogPosition& position);

/// Follows a log file that another process appends to, also when it is truncated, replaced or not
/// there yet. Not for several threads.
class LogTail {
public:
    static constexpr std::size_t kLineLimit = 4096;   ///< bytes; the rest of a line is dropped
    static constexpr std::size_t kLinesLimit = 1000;  ///< in one call

    /// Goes on at START, or at the beginning when the file is not the one START was about or is
    /// shorter. The file's directory must exist.
    static Result<LogTail> open(std::string path, std::optional<LogPosition> start);

    /// Readable when read_lines may find more (inotify). Non-blocking.
    const sys::Fd& event_fd() const { return inotify_; }
    /// The next complete lines, without their ends. When it returns kLinesLimit lines there may be
    /// more: call again.
    Result<std::vector<std::string>> read_lines();
    /// After the lines returned so far. Kept by the caller together with what it made of them.
    LogPosition position() const { return position_; }

private:
    LogTail(std::string path, sys::Fd inotify, LogPosition start)
        : path_(std::move(path)), inotify_(std::move(inotify)), position_(start) {}
    Result<bool> follow_file();
    std::size_t take_lines(std::string_view bytes, std::vector<std::string>& lines);

    std::string path_;
    sys::Fd inotify_;
    sys::Fd file_;
    LogPosition position_;
    bool is_skipping_ = false;  ///< inside a line above the limit
};

}  // namespace dim::server
