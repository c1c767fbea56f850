#pragma once

#include "imageserver/state/database.hpp"

namespace dim::server {

/// Boots, stories, alerts, assignments and how far dhcpd's log was read.
extern const Migration kBladeMigration;

}  // namespace dim::server
