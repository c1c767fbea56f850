#pragma once

#include "libdim/api/admin_messages.hpp"

#include <string>

namespace dim::tool {

/// `dim status` for people: blades, then what is wrong and how to cure it, then services that do
/// not run, then alerts.
std::string status_text(const api::ClusterStatus& status);

/// "s01c1b01: failed at mount-root: CAUSE" and "  cure: …": what is wrong with one blade; empty
/// when nothing is.
std::string trouble_text(const api::BladeStatus& blade);

}  // namespace dim::tool
