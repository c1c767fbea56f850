#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/lines.hpp"
#include "libdim/manifest/manifest.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// A manifest as a file: docs/manifest.md. One manifest has one text, so texts with one digest are
/// of trees that are the same.
namespace dim::manifest {

inline constexpr std::size_t kEntriesLimit = 4'000'000;
inline constexpr std::size_t kPathLimit = std::size_t{64} << 10;
inline constexpr std::size_t kTargetLimit = 4096;
inline constexpr std::size_t kAttributesLimit = 1024;  ///< of an entry
inline constexpr std::size_t kAttributeNameLimit = 255;
inline constexpr std::size_t kAttributeLimit = std::size_t{64} << 10;
inline constexpr std::size_t kTextLimit = std::size_t{2} << 30;

std::string to_text(const Manifest& manifest);
/// The same for SINK. Returns its digest; errors: those of SINK.
Result<std::string> write_text(const Manifest& manifest, const TextSink& sink);

/// Errors: invalid_input for a text that to_text did not write, or that is damaged; limit_exceeded
/// beyond a limit; both name the line and the cause.
Result<Manifest> parse_manifest(std::string_view text);

/// The digest, 64 hexadecimal digits, of what to_text wrote.
std::string digest_of(std::string_view text);

}  // namespace dim::manifest
