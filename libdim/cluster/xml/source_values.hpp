#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The values of cluster.xml's attributes that have no type of their own. Errors: invalid_input.
namespace dim::cluster {

/// As std::ranges::contains, which g++ 12's library lacks.
bool is_among(const auto& things, const auto& thing) {
    return std::ranges::find(things, thing) != std::ranges::end(things);
}

/// Not empty, without control characters, at most DefinitionSource::kTextLimit bytes.
Result<std::string> parse_text(std::string_view text);

/// Anything: ranges have limits of their own.
Result<std::string> parse_range_text(std::string_view text);

/// 0 to 999,999,999
Result<std::uint32_t> parse_count(std::string_view text);

/// Not one that ranges would take for what DIM itself knows of a component.
Result<std::string> parse_property_name(std::string_view text);

/// The VALUE of the property NAME, when that means something to DIM (docs/cluster-xml.md).
Result<void> check_property(std::string_view name, std::string_view value);

/// Not that of a shipped type.
Result<model::ComponentName> parse_platform_name(std::string_view text);

/// Up to 8 devices, "tty0 ttyS1,115200": what stands behind console= on a kernel command line.
Result<std::vector<std::string>> parse_console(std::string_view text);

/// Up to 32 words of a kernel command line that neither DIM nor a firmware's boot loader sets or
/// reads as something else.
Result<std::vector<std::string>> parse_platform_arguments(std::string_view text);

/// Up to 32 names of kernel modules, sorted.
Result<std::vector<std::string>> parse_drivers(std::string_view text);

/// Without digits, which a range would take for a component's name.
Result<model::ComponentName> parse_group_name(std::string_view text);

/// Labels joined by '.', at most 180 bytes.
Result<std::string> parse_domain(std::string_view text);

/// "-usr"
Result<std::string> parse_suffix(std::string_view text);

Result<DhcpOption::Type> parse_option_type(std::string_view text);

/// Not one that DIM sends itself or that belongs to the protocol.
Result<std::uint8_t> parse_option_code(std::string_view text);

/// That the value is one of its type.
Result<void> check_option_value(const DhcpOption& option);

}  // namespace dim::cluster
