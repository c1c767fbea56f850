#include "imageserver/dhcp/dhcp_log.hpp"

#include "imageserver/dhcp/dhcpd_log.hpp"

namespace dim::server {

std::optional<DhcpEvent> DhcpLogReader::parse(std::string_view line) {
    // No line of one is a line of the other: Kea's begin with the date.
    if (auto event = parse_dhcpd_line(line)) return event;
    return kea_.parse(line);
}

}  // namespace dim::server
