#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace dim::server {

/// Bytes that come one after the other: a file's, or a remote machine's.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    /// At most BUFFER's size; 0 at the end. Blocks.
    virtual Result<std::size_t> read(std::span<char> buffer) = 0;
};

/// An open file's bytes.
class FileBytes final : public ByteSource {
public:
    /// PROGRESS, if any, hears after each piece how many bytes there were.
    explicit FileBytes(sys::Fd file, std::function<void(std::uint64_t)> progress = {})
        : file_(std::move(file)), progress_(std::move(progress)) {}
    Result<std::size_t> read(std::span<char> buffer) override;

private:
    sys::Fd file_;
    std::function<void(std::uint64_t)> progress_;
    std::uint64_t count_ = 0;
};

}  // namespace dim::server
