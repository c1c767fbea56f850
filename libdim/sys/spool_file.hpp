#pragma once

#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace dim::sys {

/// What comes from a pipe as a file for another process, for as long as this lives. The file goes
/// also when SIGINT, SIGTERM, SIGHUP or SIGPIPE ends the program. One at a time.
class [[nodiscard]] SpoolFile {
public:
    /// Copies all of INPUT into a new file, mode 0600, whose name is STEM and six characters more.
    /// Errors: invalid_input for a terminal; limit_exceeded when the disk is full; io.
    static Result<SpoolFile> copy(const Fd& input, const std::string& stem);
    SpoolFile(SpoolFile&& other) noexcept
        : path_(std::exchange(other.path_, {})), bytes_(other.bytes_) {}
    SpoolFile& operator=(SpoolFile&& other) noexcept {
        std::swap(path_, other.path_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~SpoolFile();

    const std::string& path() const { return path_; }
    std::uint64_t bytes() const { return bytes_; }

private:
    explicit SpoolFile(std::string path) : path_(std::move(path)) {}
    std::string path_;
    std::uint64_t bytes_ = 0;
};

}  // namespace dim::sys
