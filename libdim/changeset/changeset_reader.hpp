#pragma once

#include "libdim/changeset/content.hpp"
#include "libdim/changeset/outline.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace dim::changeset {

/// Reads a changeset (docs/changeset.md) from its beginning to its end, whoever made it. Errors of
/// every call: invalid_input for one that is damaged or cut off, that has not just the contents
/// that its outline needs, or that is of a newer DIM; limit_exceeded beyond a limit of manifests.
class [[nodiscard]] ChangesetReader {
public:
    /// FILE, a regular file, outlives this.
    static Result<ChangesetReader> open(const sys::Fd& file);
    ChangesetReader(ChangesetReader&&) noexcept;
    ChangesetReader& operator=(ChangesetReader&&) noexcept;
    ~ChangesetReader();

    const Outline& outline() const;
    /// The next content, passing over what was not read of the last one; nothing at the end, and
    /// then all that was read is what was written.
    Result<std::optional<Content>> next();
    /// Of the bytes that follow the content; 0 behind them.
    Result<std::size_t> read(std::span<char> buffer);

private:
    struct State;
    explicit ChangesetReader(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// What a changeset says, read to its end.
struct CheckedChangeset {
    Outline outline;
    std::vector<Content> contents;
};
/// Errors: those of ChangesetReader.
Result<CheckedChangeset> check_changeset(const sys::Fd& file);

}  // namespace dim::changeset
