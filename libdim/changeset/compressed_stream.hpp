#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace dim::changeset {

/// Writes bytes as one zstd frame (RFC 8878) with a checksum.
class [[nodiscard]] CompressedWriter {
public:
    /// FD outlives this.
    explicit CompressedWriter(const sys::Fd& fd);
    CompressedWriter(CompressedWriter&&) noexcept;
    CompressedWriter& operator=(CompressedWriter&&) noexcept;
    ~CompressedWriter();

    /// Errors: those of sys::write_all.
    Result<void> write(std::string_view bytes);
    /// The end of the frame; the last call.
    Result<void> finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Reads what CompressedWriter wrote, with little memory whatever it is given.
class [[nodiscard]] CompressedReader {
public:
    /// FD, a regular file, outlives this. It is read from its beginning.
    explicit CompressedReader(const sys::Fd& fd);
    CompressedReader(CompressedReader&&) noexcept;
    CompressedReader& operator=(CompressedReader&&) noexcept;
    ~CompressedReader();

    /// Fills BUFFER, but at the end of the frame, where it is less; 0 behind it. Errors:
    /// invalid_input for what is no frame, is damaged, cut off, or goes on behind its end.
    Result<std::size_t> read(std::span<char> buffer);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace dim::changeset
