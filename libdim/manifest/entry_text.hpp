#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/manifest.hpp"

#include <string>
#include <string_view>

/// The words that the files of this library have in common: docs/manifest.md.
namespace dim::manifest {

/// A path as a word; the root is ".".
void append_path(std::string& text, const std::string& path);
/// Errors: invalid_input for what is no path below a root.
Result<std::string> parse_path(std::string_view word);

/// An entry as a line, with its line feed.
void append_entry(std::string& text, const Entry& entry);
/// The same without the line feed, as append_entry wrote it. Errors: invalid_input.
Result<Entry> parse_entry(std::string_view line);

}  // namespace dim::manifest
