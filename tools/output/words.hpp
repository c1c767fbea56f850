#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/model/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dim::tool {

/// A span of time for a table: "0.4 s", "42 s", "3 min", "5 h", "12 d"; empty when there is none.
std::string duration_text(std::optional<double> seconds);

/// "1 GiB", "1.5 GiB"
std::string size_text(std::uint64_t bytes);

/// "js21", or the platform of the cluster definition that it is of.
std::string platform_text(const api::BladeStatus& blade);

/// "13:40:00.000" in UTC: the time of day of a timeline.
std::string clock_text(model::Timestamp time);

/// "1 blade", "3 blades".
std::string count_text(std::size_t count, const std::string& noun);

}  // namespace dim::tool
