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

    struct Lines {
        std::vector<std::string> lines;  ///< without their ends
        LogPosition end;                 ///< after them; kept together with what was made of them
        bool has_more = false;           ///< there may be more: read on, no event will tell
    };

    /// Goes on at START, or at the beginning when the file is not the one START was about or is
    /// shorter. The file's directory must exist.
    static Result<LogTail> open(std::string path, std::optional<LogPosition> start);
    /// Leaves out what the file has already.
    static Result<LogTail> open_at_end(std::string path);

    /// Readable when read_lines may find more (inotify). Non-blocking.
    const sys::Fd& event_fd() const { return inotify_; }
    /// The next complete lines; the same again until accept().
    Result<Lines> read_lines();
    /// The lines read last are done with.
    void accept() { place_ = next_; }

private:
    LogTail(std::string path, sys::Fd inotify, LogPosition start)
        : path_(std::move(path)), inotify_(std::move(inotify)), place_({start, false}) {}
    Result<bool> follow_file();
    Result<bool> is_inside_line() const;
    std::size_t take_lines(std::string_view bytes, std::vector<std::string>& lines);

    struct Place {
        LogPosition position;
        bool is_skipping = false;  ///< inside a line above the limit
    };

    std::string path_;
    sys::Fd inotify_;
    sys::Fd file_;
    Place place_;  ///< accepted
    Place next_;   ///< read
};

}  // namespace dim::server
