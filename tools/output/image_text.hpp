#pragma once

#include "libdim/api/image_messages.hpp"

#include <string>

namespace dim::tool {

/// `dim image show` for people.
std::string details_text(const api::ImageDetails& details);

/// "content   usr/lib/a\20name (size, content)"
std::string difference_line(const api::TreeDifference& difference);

/// Differences for people: a line for each that was told, and how many of COUNT were not.
std::string differences_text(const std::vector<api::TreeDifference>& differences,
                             std::uint64_t count);

/// `dim image generations` for people.
std::string generations_text(const api::ImageGenerationList& list);

}  // namespace dim::tool
