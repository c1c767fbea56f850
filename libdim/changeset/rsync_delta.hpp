#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dim::changeset {

/// Takes bytes piece by piece.
using Sink = std::function<Result<void>(std::string_view)>;
/// Fills a buffer; 0 at the end.
using Source = std::function<Result<std::size_t>(std::span<char>)>;

/// What makes the content of NEWER of that of OLDER (librsync's delta); nothing when it would take
/// more than LIMIT bytes. Both are read from their beginning.
Result<std::optional<std::string>> make_delta(const sys::Fd& older, const sys::Fd& newer,
                                              std::size_t limit);

/// Makes, of the file OLDER and a delta, SIZE bytes. Errors: invalid_input for what is no delta, or
/// one that makes another number of bytes.
Result<void> apply_delta(const sys::Fd& older, const Source& delta, std::uint64_t size,
                         const Sink& sink);

}  // namespace dim::changeset
