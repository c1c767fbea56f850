#pragma once

#include "libdim/api/admin_messages.hpp"

#include <string>

namespace dim::tool {

/// The certificates, and what is to be done before the next authority can take over.
std::string authority_text(const api::AuthorityStatus& status);

}  // namespace dim::tool
