#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::overrides {

/// A line of hosts(5).
struct HostLine {
    std::string address;
    std::vector<std::string> names;
};

/// A hosts(5) that begins with LINES, between two comments that say who wrote them; those that were
/// there from before go, all other bytes stay. Who looks for a name takes the first line that has
/// it, so they win over the master's.
std::string with_host_lines(std::string_view text, std::span<const HostLine> lines);

}  // namespace dim::overrides
