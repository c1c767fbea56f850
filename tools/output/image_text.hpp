#pragma once

#include "libdim/api/admin_messages.hpp"

#include <string>

namespace dim::tool {

/// `dim image show` for people.
std::string details_text(const api::ImageDetails& details);

/// `dim image check` for people: a line for each difference that was told.
std::string check_text(const api::ImageCheck& check);

}  // namespace dim::tool
