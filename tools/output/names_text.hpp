#pragma once

#include "libdim/api/cluster_messages.hpp"

#include <string>

namespace dim::tool {

enum class NameStyle { coordinate, linear };

/// One name a line.
std::string names_text(const api::NameList& list, NameStyle style);

/// A table of every host name with its addresses.
std::string addresses_text(const api::NameList& list, NameStyle style);

}  // namespace dim::tool
