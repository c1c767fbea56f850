#pragma once

#include "libdim/changeset/apply_changeset.hpp"
#include "libdim/changeset/content.hpp"
#include "libdim/changeset/outline.hpp"

#include <span>
#include <string>
#include <string_view>

namespace dim::tool {

/// "before", "after", "unfinished", "other".
std::string_view word_of(changeset::Standing standing);

/// "12 changes; contents: 3 in full, 2 as deltas, 1 from the older tree; 24 KiB for 3 MiB of files"
std::string amounts_text(const changeset::Outline& outline,
                         std::span<const changeset::Content> contents);
/// The same, and every change, as a JSON object.
std::string changeset_json(const changeset::Outline& outline,
                           std::span<const changeset::Content> contents);

/// A line for each difference, in the manner of `dim image check`.
std::string differences_text(std::span<const manifest::Difference> differences);
/// {"standing":"other","differences":[…]}
std::string look_json(const changeset::Look& look);

}  // namespace dim::tool
