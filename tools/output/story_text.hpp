#pragma once

#include "libdim/api/admin_messages.hpp"

#include <string>

namespace dim::tool {

/// `dim blade show` for people: what is, and how it came to be, one line an event.
std::string story_text(const api::BladeStory& story);

}  // namespace dim::tool
