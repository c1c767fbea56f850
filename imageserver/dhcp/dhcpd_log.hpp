#pragma once

#include "imageserver/dhcp/dhcp_event.hpp"

namespace dim::server {

/// What a line of ISC dhcpd 4.4's log says about one client; nothing for any other line. LINE
/// is as dhcpd -d writes it to standard error, without a syslog prefix.
std::optional<DhcpEvent> parse_dhcpd_line(std::string_view line);

}  // namespace dim::server
