#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/mac_address.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Texts that a management module says: pure, and all of them foreign.
namespace dim::bladecenter {

/// bladeMACAddress…: "00:0d:60:1e:81:1a", in either case; a span "FIRST -> LAST" of later firmware,
/// both included; nothing for "Not Available" (no such port) and "Not Installed" (empty bay).
/// Errors: invalid_input, also for a span that runs backwards or over more than 16 addresses.
Result<std::vector<model::MacAddress>> parse_mac_text(std::string_view text);

/// chassisBladeServerInstalled…: "10110000000000", bay 1 first. Errors: invalid_input.
Result<std::vector<bool>> parse_bay_map(std::string_view text);

/// "26.00 Centigrade" in degrees; nothing for "Not Available", "Not Installed". Errors:
/// invalid_input, also for what no chassis survives.
Result<std::optional<double>> parse_temperature(std::string_view text);

/// "    46% of maximum"; nothing for "Not Available", "Not Installed". Errors: invalid_input.
Result<std::optional<int>> parse_blower_speed(std::string_view text);

/// Vital product data for people: without blanks around it, printable; empty for "Not Available",
/// "Not Installed" and "(No name)".
std::string product_text(std::string_view text);

/// bladeUUID: "8EE0 8B80 1C02 …", eight groups of four hexadecimal digits, trailing blank; as RFC
/// 9562 writes it: "8ee08b80-1c02-…". Nothing for "Not Available", "Not Installed". Errors:
/// invalid_input.
Result<std::optional<std::string>> parse_uuid(std::string_view text);

}  // namespace dim::bladecenter
